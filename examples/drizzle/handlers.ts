/*
 * A handler that writes to its own table with Drizzle. One transaction writes the row and completes the operation, so a
 * crash cannot leave one without the other.
 */
import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, text } from "drizzle-orm/pg-core";
import type { PoolClient } from "pg";
import { postgresClient } from "protoc-gen-ts-lro/server/postgres";
import type { LibraryServiceHandlers } from "../gen/acme/library/v1/library_lro.js";

const books = pgTable("books", {
  name: text().primaryKey(),
  title: text().notNull(),
});

export const handlers: Partial<LibraryServiceHandlers> = {
  async createBook({ parent, bookId, book }, operation) {
    const name = `${parent}/books/${bookId}`;
    const title = book?.title ?? "";
    return await operation.commit(async (tx) => {
      const db = drizzle(postgresClient<PoolClient>(tx));
      await db.insert(books).values({ name, title });
      return { name, title };
    });
  },
};
