import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import type { Engine } from "protoc-gen-ts-lro/server";
import { pglite } from "protoc-gen-ts-lro/server/pglite";
import { postgres } from "protoc-gen-ts-lro/server/postgres";
import { startPostgres } from "../test/postgres-server.ts";
import type { Sql } from "./server-floor.ts";

/** A database for the benchmark, with files on disk and each commit flushed. */
export interface BenchDatabase extends Sql {
  readonly name: string;
  /** `undefined` if other processes cannot connect to the database. */
  readonly connectionString: string | undefined;
  engine(schema: string): Engine;
  transaction(work: (tx: Sql) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export async function openPostgres(): Promise<BenchDatabase> {
  const server = await startPostgres([]);
  const { connectionString } = server;
  const pool = new pg.Pool({ connectionString, max: 10 });
  return {
    name: "PostgreSQL",
    connectionString,
    query: (text, values) => pool.query(text, values),
    engine: (schema) => postgres({ connectionString, schema }),
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        await work(client);
        await client.query("COMMIT");
      } finally {
        client.release();
      }
    },
    async close() {
      await pool.end();
      await server.stop();
    },
  };
}

export async function openPGlite(): Promise<BenchDatabase> {
  const directory = mkdtempSync(join(tmpdir(), "lro-bench-"));
  const db = await PGlite.create(join(directory, "data"));
  const sql = (on: Pick<PGlite, "query" | "exec">): Sql => ({
    async query(text, values) {
      const rows = values ? (await on.query(text, values)).rows : (await on.exec(text)).flatMap(({ rows }) => rows);
      return { rows: rows as Record<string, unknown>[] };
    },
  });
  return {
    name: "PGlite",
    connectionString: undefined,
    ...sql(db),
    engine: (schema) => pglite({ db, schema }),
    transaction: (work) => db.transaction((tx) => work(sql(tx as unknown as PGlite))),
    async close() {
      await db.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
