import { createEngine, type Engine } from "../server/engine.ts";
import type { LroTransaction } from "../server/handler.ts";
import { pgDatabase } from "./pg-database.ts";
import { openPools } from "./pg-pools.ts";
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
   * The connection that receives notifications from other processes. By default, it is one of the pool. If the pool
   * connects to PgBouncer in transaction mode, which cannot listen, set the connection string of the database itself,
   * or false: the server then polls for changes once a second.
   */
  readonly listen?: { readonly connectionString: string } | false | undefined;
  /**
   * Whether to create or migrate the tables. If false, run `migrate` as the owner of the tables, and the role of the
   * server only needs to read and write rows. Default true.
   */
  readonly migrate?: boolean | undefined;
  /** Maximum time, in ms, to wait for a database that is unavailable, such as one that is starting. Default 0. */
  readonly startupTimeoutMs?: number | undefined;
} & (
  | {
      /** The connection string, such as `postgres://user:password@host/database`. */
      readonly connectionString: string;
      /**
       * Maximum number of connections, at least 4. One is reserved for LISTEN and two for the server's other work, so
       * that at most `max - 3` commits of handlers run concurrently. With `listen`, the pool needs none for LISTEN:
       * then at least 3, and `max - 2` commits. Default 10.
       */
      readonly max?: number | undefined;
      readonly pool?: undefined;
    }
  | {
      /**
       * A pool of `pg` with at least 4 connections, which are used as with `max`. Closing the server leaves it open.
       */
      readonly pool: PostgresPool;
      readonly connectionString?: undefined;
      readonly max?: undefined;
    }
);

/** Stores operations in PostgreSQL 13 or later, which any number of processes and machines can share. */
export function postgres(options: PostgresOptions): Engine {
  return createEngine(async (engineOptions) => {
    const { heartbeatMs, leaseSeconds, log, commitTimeoutMs = leaseSeconds * 1_000 } = engineOptions;
    const { pool, ...connections } = openPools(options, log);
    const database = pgDatabase(pool, {
      ...connections,
      heartbeatMs,
      // Renewals are a third of a lease apart.
      renewTimeoutMs: (leaseSeconds * 1_000) / 6,
      commitTimeoutMs,
    });
    const { schema = "lro", migrate: migrates, startupTimeoutMs = 0 } = options;
    try {
      await untilStarted(database, startupTimeoutMs, log);
      return await openStore(database, { ...engineOptions, commitTimeoutMs, schema, migrates, alone: false });
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
