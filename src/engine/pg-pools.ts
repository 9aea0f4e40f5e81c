import { Pool } from "pg";
import type { EngineOptions } from "../server/operation-store.ts";
import type { PostgresOptions } from "./postgres.ts";

/** The pools of connections of one engine. */
export interface PgPools {
  readonly pool: Pool;
  /** The pool for the connection that listens. `undefined` if nothing listens. */
  readonly listening: Pool | undefined;
  /** Maximum number of concurrent commits of handlers, so that they leave connections for the engine. */
  readonly maxCommits: number;
  /** Closes the pools that belong to the engine. */
  close(): Promise<void>;
}

const defaultMax = 10;

/** The number of connections that are reserved for all other statements than LISTEN and the commits of handlers. */
const ownWork = 2;

/** @throws Error if the pool is too small. */
export function openPools(options: PostgresOptions, log: EngineOptions["log"]): PgPools {
  const maxCommits = commitsOf(options);
  const { listen, connectionString, max = defaultMax } = options;
  const pool = (options.pool as Pool | undefined) ?? new Pool({ ...connecting, connectionString, max });
  const ofListening = listen && new Pool({ ...connecting, connectionString: listen.connectionString, max: 1 });
  const own = [...(options.pool ? [] : [pool]), ...(ofListening ? [ofListening] : [])];
  for (const each of ofListening ? [pool, ofListening] : [pool]) {
    each.on("error", (error) => log({ level: "warn", message: "an idle connection broke", error }));
  }
  return {
    pool,
    listening: listen === undefined ? pool : ofListening || undefined,
    maxCommits,
    async close() {
      await Promise.all(own.map((each) => each.end()));
    },
  };
}

const connecting = { connectionTimeoutMillis: 10_000, keepAlive: true };

function commitsOf(options: PostgresOptions): number {
  const size = (options.pool ? (options.pool as Partial<Pool>).options?.max : options.max) ?? defaultMax;
  const listens = options.listen === undefined;
  const reserved = ownWork + (listens ? 1 : 0);
  if (!(size > reserved)) {
    throw new Error(
      `the pool has at most ${size} connections, but the server needs at least ${reserved + 1}: ` +
        `${listens ? "one for LISTEN, " : ""}two for its own work, and one for commits of handlers. Set max of ` +
        `${options.pool ? "the pool" : "postgres()"} to a number from ${reserved + 1}`,
    );
  }
  return size - reserved;
}
