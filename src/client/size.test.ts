import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addedBytes, bytesOfEntry, bytesOfExport } from "../../bench/client-size.ts";
import packageJson from "../../package.json" with { type: "json" };

const documentation = readFileSync(new URL("../../docs/client.md", import.meta.url), "utf8");

/** Returns the sizes in a table of the documentation, in kB, by the code in the first column. */
function documentedSizes(heading: string): Record<string, number> {
  const table = documentation.split(`| ${heading} | `)[1]?.split("\n\n")[0] ?? "";
  return Object.fromEntries(
    Array.from(table.matchAll(/^\| `(.*?)`.* \| ([\d.]+) kB \|$/gm), ([, name, size]) => [name, Number(size)]),
  );
}

/** Expects that a documented size is about right, so that it need not follow every change of the code. */
function expectSize(name: string, documented: number | undefined, bytes: number): void {
  const size = bytes / 1024;
  expect(Math.abs((documented ?? 0) - size), `${name}: ${size.toFixed(1)} kB`).toBeLessThan(0.1 * size + 0.1);
}

test("a generated client adds at most 6.0 kB to a plain one, gzipped", async () => {
  const bytes = await addedBytes();
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(6_144);
});

test("the documentation has the size of each optional part", async () => {
  const client = "protoc-gen-ts-lro/client";
  const parts: Record<string, string> = {
    createOperationsClient: client,
    waitAll: client,
    progressOf: client,
    routingHeaders: client,
    operationRegistry: client,
    operationQueryOptions: "protoc-gen-ts-lro/tanstack-query",
    operationMutationOptions: "protoc-gen-ts-lro/tanstack-query",
    googleCloud: "protoc-gen-ts-lro/google-cloud",
  };
  const documented = documentedSizes("Optional part");
  expect(Object.keys(documented)).toEqual(Object.keys(parts));
  for (const [name, entry] of Object.entries(parts)) {
    expectSize(name, documented[name], await bytesOfExport(name, entry));
  }
});

test("the documentation has the size of each entry point", async () => {
  const entries = Object.entries(packageJson.exports).flatMap(([entry, target]) =>
    typeof target === "string" ? [] : [[entry.slice(2), target.default.replace("./dist/", "")] as const],
  );
  const documented = documentedSizes("Entry point");
  expect(Object.keys(documented).sort()).toEqual(entries.map(([entry]) => entry).sort());
  for (const [entry, path] of entries) {
    expectSize(entry, documented[entry], await bytesOfEntry(path));
  }
});
