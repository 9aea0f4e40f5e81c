import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyDataDir } from "../../test/empty-pglite.ts";
import { freePort } from "../../test/postgres-server.ts";
import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import type { LroServer } from "./index.ts";

let folder: string;

beforeAll(() => {
  // Inside the repository, so that the snippet can import packages.
  mkdirSync(".cache", { recursive: true });
  folder = mkdtempSync(".cache/serving-");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ["docs/serving.md", "# Serving operations"],
  ["README.md", "## Server"],
])("the snippet of %s runs unchanged", async (path, heading) => {
  const text = readFileSync(path, "utf8");
  const [, code = ""] = text.slice(text.indexOf(heading)).match(/```ts\n([\s\S]*?)```/) ?? [];
  const port = await freePort();
  const dataDir = join(folder, `${path}.data`);
  await emptyDataDir(dataDir);
  const program = code
    .replace("8080", String(port))
    .replace('".lro"', JSON.stringify(dataDir))
    .replace('"./gen/', '"../../testdata/gen/');
  const file = join(folder, `${path.replace(/\W/g, "-")}.ts`);
  writeFileSync(file, `${program}\nexport { lro, server };\n`);
  const { lro, server }: { lro: LroServer; server: Server } = await import(join(process.cwd(), file));
  try {
    const library = createLibraryServiceClient(
      createConnectTransport({ baseUrl: `http://localhost:${port}`, httpVersion: "1.1" }),
    );
    const parent = "publishers/1";
    const operation = await library.createBook({ parent, bookId: "emma", book: { title: "Emma" } });
    expect(await operation.wait()).toMatchObject({ name: "publishers/1/books/emma", title: "Emma" });
    await expect(library.getBook({})).rejects.toMatchObject({ code: Code.Unimplemented });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await lro.close();
  }
});
