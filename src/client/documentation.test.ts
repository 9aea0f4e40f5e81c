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
// Within the repository, so that a snippet finds the packages that it imports.
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

/** Writes a snippet where it can run, against the server of this test. */
function write(title: string): string {
  const path = `${folder}${title.replace(/\W+/g, "-")}.ts`;
  const { port } = server.address() as AddressInfo;
  const code = snippets.get(title)?.replace("http://localhost:8080", `http://127.0.0.1:${port}`) ?? "";
  writeFileSync(path, code.replaceAll('"./gen/', '"../../testdata/gen/'));
  return path;
}

/** Runs a snippet, and returns what it prints. */
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

describe("a snippet of the documentation runs as it stands", () => {
  test("Start, follow, wait", async () => {
    expect(await run("Start, follow, wait")).toMatch(/^(50 %\n)+Emma$/);
  });

  test("Failures", async () => {
    expect(await run("Failures")).toMatch(
      /^failed 9 operation operations\/\d+ of acme.*DeleteBook failed: .*a copy is lent$/,
    );
  });

  test("Go on elsewhere", async () => {
    expect(await run("Go on elsewhere")).toBe("cancelled");
  });

  test("Tune", async () => {
    expect(await run("Tune")).toMatch(/^operations\/\d+ (true|false)$/m);
  });

  test("Test your code", async () => {
    expect(await run("Test your code")).toBe("Emma 1800000");
  });

  test("Headers and credentials", async () => {
    expect(await run("Headers and credentials")).toBe("false");
  });

  test("In a server of your own", async () => {
    expect(await run("In a server of your own")).toBe("[failed_precondition] a copy is lent");
  });

  test("Any service", async () => {
    expect(await run("Any service")).toBe("Emma");
  });

  test("Handlers", async () => {
    expect(await run("Handlers")).toBe("Emma 1\ncancelled");
  });

  test("and there is no other", () => {
    expect([...snippets.keys()]).toEqual([
      ...["Start, follow, wait", "Failures", "Go on elsewhere", "Tune", "Test your code", "The server"],
      ...["Headers and credentials", "In a server of your own", "Any service"],
      "Handlers",
    ]);
    expect(documents.flatMap((text) => text.match(/^```ts$/gm))).toHaveLength(snippets.size);
  });

  test("and type-checks", async () => {
    const files = [...snippets.keys()].map(write);
    writeFileSync(`${folder}tsconfig.json`, JSON.stringify({ extends: `${root}tsconfig.json`, files, include: [] }));
    expect(await runTsc(folder)).toBe("");
  });
});
