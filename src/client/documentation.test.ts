import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { runTsc } from "../../test/tsc.ts";
import { LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { systemClock } from "./clock.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = ["README.md", "docs/client.md", "docs/testing.md"].map((path) =>
  readFileSync(`${root}${path}`, "utf8"),
);
const sections = documents.flatMap((text) => [...text.matchAll(/^##+ (.*)\n(?:(?!##).*\n)*?```ts\n((?:.*\n)*?)```/gm)]);
const snippets = new Map([...sections].map(([, title = "", code = ""]) => [title, code]));
// Inside the repository, so that a snippet can import packages.
const folder = `${root}.cache/documentation-${process.pid}/`;
const { createBook, deleteBook } = LibraryServiceLro.methods;
let server: Server;

beforeAll(async () => {
  const operations = createInMemoryOperations({ clock: systemClock });
  const routes = connectNodeAdapter({
    routes: (router) => {
      operations.routes(router).service(LibraryService, {
        createBook: ({ book }) =>
          operations.start(createBook, { takesMs: 200, metadata: { progressPercent: 50 }, response: book ?? {} }),
        deleteBook: () =>
          operations.start(deleteBook, { error: new ConnectError("a copy is lent", Code.FailedPrecondition) }),
      });
    },
  });
  server = createServer(routes);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  mkdirSync(folder, { recursive: true });
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Writes a snippet to a file, with the URL of this test's server. */
function write(title: string): string {
  const path = `${folder}${title.replace(/\W+/g, "-")}.ts`;
  const { port } = server.address() as AddressInfo;
  const code = snippets.get(title)?.replace("http://localhost:8080", `http://127.0.0.1:${port}`) ?? "";
  writeFileSync(path, code.replaceAll('"./gen/', '"../../testdata/gen/'));
  return path;
}

/** Runs a snippet and returns its output. */
async function run(title: string): Promise<string> {
  const path = write(title);
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...words) => void lines.push(words.join(" ")));
  try {
    await import(/* @vite-ignore */ path);
  } finally {
    log.mockRestore();
  }
  return lines.join("\n");
}

describe("a snippet of the documentation runs unchanged", () => {
  test("Quick start", async () => {
    expect(await run("Quick start")).toMatch(/^(50 %\n)+Emma$/);
  });

  test("Handle errors", async () => {
    expect(await run("Handle errors")).toMatch(
      /^failed 9 operation operations\/\d+ of acme.*DeleteBook failed: .*a copy is lent$/,
    );
  });

  test("Resume, cancel, and delete", async () => {
    expect(await run("Resume, cancel, and delete")).toBe("cancelled");
  });

  test("Configure polling, routing headers, and listing", async () => {
    expect(await run("Configure polling, routing headers, and listing")).toMatch(/^operations\/\d+ (true|false)$/m);
  });

  test("Test with a fake clock", async () => {
    expect(await run("Test with a fake clock")).toBe("Emma 1800000");
  });

  test("Operation methods", async () => {
    expect(await run("Operation methods")).toMatch(/^(50 %\n?)+$/);
  });

  test("Headers and credentials", async () => {
    expect(await run("Headers and credentials")).toBe("false");
  });

  test("Return errors to your own callers", async () => {
    expect(await run("Return errors to your own callers")).toBe("[failed_precondition] a copy is lent");
  });

  test("Wait for many operations", async () => {
    expect(await run("Wait for many operations")).toBe("succeeded true 2\nsucceeded true 2");
  });

  test("Write code for any service", async () => {
    expect(await run("Write code for any service")).toBe("Emma");
  });

  test("Test a handler", async () => {
    expect(await run("Test a handler")).toBe("Emma 1\ncancelled");
  });

  test("and the documentation contains no other snippets", () => {
    expect([...snippets.keys()]).toEqual([
      ...["Quick start", "Handle errors", "Resume, cancel, and delete", "Server"],
      "Operation methods",
      ...["Configure polling, routing headers, and listing", "Headers and credentials"],
      ...["Return errors to your own callers", "Wait for many operations", "Write code for any service"],
      ...["Test with a fake clock", "Test a handler"],
    ]);
    expect(documents.flatMap((text) => text.match(/^```ts$/gm))).toHaveLength(snippets.size);
  });

  test("and the snippets type-check", async () => {
    const files = [...snippets.keys()].map(write);
    writeFileSync(`${folder}tsconfig.json`, JSON.stringify({ extends: `${root}tsconfig.json`, files, include: [] }));
    expect(await runTsc(folder)).toBe("");
  });
});
