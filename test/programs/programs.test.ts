import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../repository.ts";
import { isLong } from "../suite.ts";
import { runTsc } from "../tsc.ts";

// The older compilers are slow.
const compilers = ["typescript", ...(isLong() ? ["typescript-6.0", "typescript-5.9"] : [])];
const folder = join(root, "test/programs");
const programs = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => join(folder, path));

test.each(compilers)("programs of users compile with the strictest settings, with %s", async (compiler) => {
  expect(programs.length).toBeGreaterThan(0);
  const directory = mkdtempSync(join(root, ".cache/programs-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "DOM", "DOM.Iterable", "ESNext.Disposable"],
    module: "NodeNext",
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    noImplicitOverride: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  };
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, files: programs }));
  expect(await runTsc(directory, compiler)).toBe("");
});
