import { Pool } from "pg";
import { createEngine, type Engine } from "../server/engine.ts";
import type { LroTransaction } from "../server/handler.ts";
import { pgDatabase } from "./pg-database.ts";
import { openStore } from "./store.ts";

/** A `Pool` of `pg`. Not its own type, because that needs `@types/pg`. */
export interface PostgresPool {
  connect(): Promise<object>;
  query(text: string, values?: unknown[]): Promise<{ rows: object[] }>;
  end(): Promise<void>;
}

/** Where the operations are. */
export type PostgresOptions = {
  /** The schema for the tables, which is created where it is missing. Default `lro`. */
  readonly schema?: string | undefined;
} & (
  | {
      /** Such as `postgres://user:password@host/database`. */
      readonly connectionString: string;
      /** The most connections to open, one of which listens. Default 10, at least 3. */
      readonly max?: number | undefined;
      readonly pool?: undefined;
    }
  | {
      /** A pool of `pg`, of at least 3 connections, which stays open when the server is closed. */
      readonly pool: PostgresPool;
      readonly connectionString?: undefined;
    }
);

/** Keeps operations in PostgreSQL 13 or later, for as many processes and machines as you like. */
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
    try {
      return await openStore(database, { ...engineOptions, schema: options.schema ?? "lro", alone: false });
    } catch (error) {
      await database.close();
      throw error;
    }
  });
}

/** A client of `pg`, as far as it needs no `@types/pg`. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: object[] }>;
}

/**
 * Returns the client of `pg` that runs a transaction, for libraries that write with it: Drizzle, Kysely, Prisma. Do not
 * use it after the function that got the transaction has returned.
 *
 * @typeParam C `PoolClient` of `pg`, if you have its types.
 * @throws Error if the transaction is not one of this engine.
 */
export function postgresClient<C extends object = PostgresClient>({ client }: LroTransaction): C {
  if (typeof client !== "object" || client === null || !("release" in client)) {
    throw new Error("this transaction is not one of postgres(): use pgliteTransaction() for those of pglite()");
  }
  return client as C;
}
