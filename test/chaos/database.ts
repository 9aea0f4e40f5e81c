import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import { startPostgres } from "../postgres-server.ts";
import { startReplicatedPostgres } from "../replicated-postgres.ts";

/** The database in which the servers store their operations. */
export interface ChaosDatabase {
  readonly engine: "postgres" | "pglite";
  /** The connection string or data directory. */
  readonly location: string;
  /** The number of servers that share the database. */
  readonly servers: number;
  /** Runs one statement. With PGlite, no server may be running. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /**
   * Crashes the database, and restarts it or fails over after `downMs`. Not set for PGlite, which crashes with its
   * server.
   */
  crash?(downMs: number): Promise<void>;
  /** The number of such crashes among ten faults. */
  readonly crashes: number;
  close(): Promise<void>;
}

// The table to which the servers' handlers write in `commit`.
const schema = `
  CREATE SCHEMA chaos CREATE TABLE commits (id bigserial, name text, attempt int, began float8)`;

/** The databases that chaos can run on. `failover` is PostgreSQL with a synchronous standby. */
const databases: Readonly<Record<string, () => Promise<ChaosDatabase>>> = {
  postgres: openPostgres,
  pglite: openPGlite,
  failover: openReplicated,
};

export const databaseNames: readonly string[] = Object.keys(databases);

/** @param name One of `databaseNames`. */
export async function openDatabase(name: string): Promise<ChaosDatabase> {
  const open = databases[name] ?? openPostgres;
  const database = await open();
  await database.sql(schema);
  return database;
}

async function openPostgres(): Promise<ChaosDatabase> {
  const server = await startPostgres();
  const pool = new pg.Pool({ connectionString: server.connectionString });
  pool.on("error", () => {});
  return {
    engine: "postgres",
    location: server.connectionString,
    servers: 3,
    sql: async (text) => (await pool.query(text)).rows,
    async crash(downMs) {
      await server.crash();
      await sleep(downMs);
      await server.restart();
    },
    crashes: 1,
    async close() {
      await pool.end();
      await server.stop();
    },
  };
}

async function openReplicated(): Promise<ChaosDatabase> {
  const pair = await startReplicatedPostgres();
  const pool = new pg.Pool({ connectionString: pair.connectionString });
  pool.on("error", () => {});
  return {
    engine: "postgres",
    location: pair.connectionString,
    servers: 3,
    sql: async (text) => (await pool.query(text)).rows,
    async crash(downMs) {
      await sleep(downMs);
      await pair.failOver();
    },
    crashes: 7,
    async close() {
      await pool.end();
      await pair.stop();
    },
  };
}

async function openPGlite(): Promise<ChaosDatabase> {
  const directory = mkdtempSync(join(tmpdir(), "lro-chaos-"));
  const location = join(directory, "data");
  return {
    engine: "pglite",
    location,
    servers: 1,
    crashes: 0,
    async sql(text) {
      const db = await PGlite.create(location);
      const { rows } = await db.query<Record<string, unknown>>(text);
      await db.close();
      return rows;
    },
    async close() {
      rmSync(directory, { recursive: true });
    },
  };
}
