import { Pool } from "pg";
import { createEngine, type Engine } from "../server/engine.ts";
import type { LroTransaction } from "../server/handler.ts";
import { pgDatabase } from "./pg-database.ts";
import { untilStarted } from "./startup.ts";
import { openStore } from "./store.ts";

export { type MigrateOptions, migrate } from "./migrate.ts";

/** The parts of a `Pool` of `pg` that the engine uses. Declared here so that you need no `@types/pg`. */
export interface PostgresPool {
  connect(): Promise<object>;
  query(text: string, values?: unknown[]): Promise<{ rows: object[] }>;
  end(): Promise<void>;
}

/** Options of the PostgreSQL engine. */
export type PostgresOptions = {
  /** The schema of the tables, which is created if it does not exist. Default `lro`. */
  readonly schema?: string | undefined;
  /**
   * Whether to create or migrate the tables. If false, run `migrate` as the owner of the tables, and the role of the
   * server only needs to read and write rows. Default true.
   */
  readonly migrate?: boolean | undefined;
  /** How long to wait, in milliseconds, for a database that is unavailable, such as one that is starting. Default 0. */
  readonly startupTimeoutMs?: number | undefined;
} & (
  | {
      /** The connection string, such as `postgres://user:password@host/database`. */
      readonly connectionString: string;
      /** Maximum number of connections, at least 3. One is reserved for LISTEN. Default 10. */
      readonly max?: number | undefined;
      readonly pool?: undefined;
    }
  | {
      /** A pool of `pg` with at least 3 connections. Closing the server leaves it open. */
      readonly pool: PostgresPool;
      readonly connectionString?: undefined;
    }
);

/** Stores operations in PostgreSQL 13 or later, which any number of processes and machines can share. */
export function postgres(options: PostgresOptions): Engine {
  return createEngine(async (engineOptions) => {
    const pool = options.pool
      ? (options.pool as Pool)
      : new Pool({
          connectionString: options.connectionString,
          max: options.max ?? 10,
          connectionTimeoutMillis: 10_000,
          keepAlive: true,
        });
    const close = async (): Promise<void> => {
      if (options.pool === undefined) {
        await pool.end();
      }
    };
    pool.on("error", (error) => engineOptions.log({ level: "warn", message: "an idle connection broke", error }));
    const database = pgDatabase(pool, engineOptions.heartbeatMs, close);
    const { schema = "lro", migrate: migrates, startupTimeoutMs = 0 } = options;
    try {
      await untilStarted(database, startupTimeoutMs, engineOptions.log);
      return await openStore(database, { ...engineOptions, schema, migrates, alone: false });
    } catch (error) {
      await database.close();
      throw error;
    }
  });
}

/** The `query` method of a client of `pg`. Declared here so that you need no `@types/pg`. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: object[] }>;
}

/**
 * Returns the client of `pg` behind a transaction of `commit`, for libraries such as Drizzle and Kysely. Do not use it
 * after the function that you passed to `commit` returns.
 *
 * @typeParam C `PoolClient` of `pg`, if you have its types.
 * @throws Error if the transaction belongs to another engine.
 */
export function postgresClient<C extends object = PostgresClient>({ client }: LroTransaction): C {
  if (typeof client !== "object" || client === null || !("release" in client)) {
    throw new Error("the transaction does not belong to postgres(): use pgliteTransaction() with pglite()");
  }
  return client as C;
}
