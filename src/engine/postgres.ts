import { Pool } from "pg";
import { createEngine, type Engine } from "../server/engine.ts";
import type { LroTransaction } from "../server/handler.ts";
import { pgDatabase } from "./pg-database.ts";
import { openStore } from "./store.ts";

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
} & (
  | {
      /** The connection string, such as `postgres://user:password@host/database`. */
      readonly connectionString: string;
      /**
       * Maximum number of connections, at least 4. One is reserved for LISTEN and two for the server's other work, so
       * that at most `max - 3` commits of handlers run concurrently. Default 10.
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
    }
);

const defaultMax = 10;

/** The connections that commits of handlers cannot use: one for LISTEN, and two for everything else. */
const reserved = 3;

/**
 * Returns how many commits of handlers may run concurrently.
 *
 * @throws Error if the pool is too small.
 */
function commitsOf(options: PostgresOptions): number {
  const size = options.pool ? (options.pool as Partial<Pool>).options?.max : options.max;
  const commits = (size ?? defaultMax) - reserved;
  if (!(commits >= 1)) {
    throw new Error(
      `the pool has at most ${size} connections, but the server needs at least ${reserved + 1}: one for LISTEN, two for ` +
        `its own work, and one for commits of handlers. Set max of ${options.pool ? "the pool" : "postgres()"} to a number ` +
        `from ${reserved + 1}`,
    );
  }
  return commits;
}

/** Stores operations in PostgreSQL 13 or later, which any number of processes and machines can share. */
export function postgres(options: PostgresOptions): Engine {
  return createEngine(async (engineOptions) => {
    const maxCommits = commitsOf(options);
    const pool = options.pool
      ? (options.pool as Pool)
      : new Pool({
          connectionString: options.connectionString,
          max: options.max ?? defaultMax,
          connectionTimeoutMillis: 10_000,
          keepAlive: true,
        });
    const close = async (): Promise<void> => {
      if (options.pool === undefined) {
        await pool.end();
      }
    };
    pool.on("error", (error) => engineOptions.log({ level: "warn", message: "an idle connection broke", error }));
    const { heartbeatMs, leaseSeconds, commitTimeoutMs = leaseSeconds * 1_000 } = engineOptions;
    const database = pgDatabase(pool, { heartbeatMs, maxCommits, commitTimeoutMs, close });
    try {
      const schema = options.schema ?? "lro";
      return await openStore(database, { ...engineOptions, commitTimeoutMs, schema, alone: false });
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
