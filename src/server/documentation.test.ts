import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.js";
import { freePort } from "../../testdata/postgres-server.js";
import type { LroServer } from "./index.js";

let folder: string;

beforeAll(() => {
  // Within the repository, so that the snippet finds the packages that it imports.
  mkdirSync(".cache", { recursive: true });
  folder = mkdtempSync(".cache/serving-");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the snippet of docs/serving.md runs as it stands", async () => {
  const [, code = ""] = readFileSync("docs/serving.md", "utf8").match(/```ts\n([\s\S]*?)```/) ?? [];
  const port = await freePort();
  const program = code
    .replace("8080", String(port))
    .replace('".lro"', JSON.stringify(join(folder, "data")))
    .replace('"./gen/', '"../../testdata/gen/');
  writeFileSync(join(folder, "server.ts"), `${program}\nexport { lro, server };\n`);
  const { lro, server }: { lro: LroServer; server: Server } = await import(join(process.cwd(), folder, "server.ts"));
  try {
    const library = createLibraryServiceClient(
      createConnectTransport({ baseUrl: `http://localhost:${port}`, httpVersion: "1.1" }),
    );
    const parent = "publishers/1";
    const operation = await library.createBook({ parent, bookId: "emma", book: { title: "Emma" } });
    expect(await operation.wait()).toMatchObject({ name: "publishers/1/books/emma", title: "Emma" });
    await expect(library.createBook({ parent })).rejects.toMatchObject({ code: Code.InvalidArgument });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await lro.close();
  }
});
