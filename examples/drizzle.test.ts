import { Code, createRouterTransport } from "@connectrpc/connect";
import { Pool } from "pg";
import { createLroServer } from "protoc-gen-ts-lro/server";
import { postgres } from "protoc-gen-ts-lro/server/postgres";
import { expect, onTestFinished, test } from "vitest";
import { startPostgres } from "../test/postgres-server.ts";
import { handlers } from "./drizzle/handlers.ts";
import { createLibraryServiceClient, registerLibraryService } from "./gen/acme/library/v1/library_lro.ts";

test("Drizzle writes in the transaction that completes the operation", async () => {
  const database = await startPostgres();
  const pool = new Pool(database);
  const lro = await createLroServer({ engine: postgres({ pool }) });
  onTestFinished(async () => {
    await lro.close();
    await pool.end();
    await database.stop();
  });
  registerLibraryService(lro, handlers);
  const transport = createRouterTransport(lro.routes);
  await pool.query("CREATE TABLE books (name text PRIMARY KEY, title text NOT NULL)");
  await lro.start();
  const library = createLibraryServiceClient(transport);
  const emma = { parent: "publishers/1", bookId: "emma", book: { title: "Emma" } };
  expect(await (await library.createBook(emma)).wait()).toMatchObject({ title: "Emma" });
  await expect((await library.createBook(emma)).wait()).rejects.toMatchObject({ code: Code.Internal });
  expect((await pool.query("SELECT * FROM books")).rows).toEqual([{ name: "publishers/1/books/emma", title: "Emma" }]);
});
