import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Pool, PoolClient, QueryConfig } from "pg";
import type { Database, DatabaseTransaction, Row } from "./database.ts";
import { PassedTransaction } from "./passed-transaction.ts";
import { keepListening } from "./pg-listener.ts";
import { Slots } from "./slots.ts";

export interface PgDatabaseOptions {
  /** The pool for the connection that listens. `undefined` if nothing listens. */
  readonly listening: Pool | undefined;
  /** Interval of the checks of the listening connection. */
  readonly heartbeatMs: number;
  /** Maximum time of a statement that renews leases. */
  readonly renewTimeoutMs: number;
  /** Maximum number of concurrent transactions of handlers. Fewer than the pool has connections. */
  readonly maxCommits: number;
  /** Maximum time of a transaction of a handler. */
  readonly commitTimeoutMs: number;
  /** Closes the pools that belong to the engine. */
  close(): Promise<void>;
}

/** Time between the end of a handler's transaction and the cancellation of statements that are still running. */
const cancelAfterMs = 1_000;

/** Time before the next attempt to get a lock that another process holds. */
const lockRetryMs = 100;

/** Returns the database behind a pool of connections to a PostgreSQL server. */
export function pgDatabase(
  pool: Pool,
  { listening, heartbeatMs, renewTimeoutMs, maxCommits, commitTimeoutMs, close }: PgDatabaseOptions,
): Database {
  const commits = new Slots(maxCommits);
  const beginCommit = `BEGIN; SET LOCAL statement_timeout = ${Math.ceil(commitTimeoutMs) + cancelAfterMs}`;
  const stop = new AbortController();
  let listened: Promise<void> | undefined;

  return {
    singleConnection: false,
    listens: listening !== undefined,
    query: (text, values) => run(pool, text, values),
    renewing: { query: (text, values) => run(pool, text, values, renewTimeoutMs) },
    transaction: async (work) => runTransaction(await connect(pool), "BEGIN", work),
    handlerTransaction: (work) => commits.run(async () => runTransaction(await connect(pool), beginCommit, work)),
    exclusively: async (key, work) => {
      for (;;) {
        const done = await runTransaction(await connect(pool), "BEGIN", (tx) => ifFirst(tx, key, work));
        if (done) {
          return done.value;
        }
        await sleep(lockRetryMs);
      }
    },
    async listen(channel, onPayload, onConnect) {
      if (listening === undefined) {
        return;
      }
      const subscription = { channel, onPayload, onConnect, heartbeatMs };
      const { first, ended } = keepListening(() => connect(listening), subscription, stop.signal);
      listened = ended;
      await first;
    },
    connections() {
      const { totalCount, idleCount, waitingCount, options } = pool;
      return { used: totalCount - idleCount, idle: idleCount, max: options.max, pending: waitingCount };
    },
    async close() {
      stop.abort();
      await listened;
      await close();
    },
  };
}

/**
 * Runs a function while this transaction holds the lock for a key. Returns undefined if another holds it.
 *
 * A lock of the session could stay with a connection of PgBouncer. A transaction that waits for the lock would occupy a
 * connection of PgBouncer that the function of its holder needs.
 */
async function ifFirst<T>(
  tx: DatabaseTransaction,
  key: string,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  const { rows } = await tx.query("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS locked", [key]);
  return rows[0]?.locked ? { value: await work() } : undefined;
}

/** @param timeoutMs The time after which to give up and destroy the connection. Default: no limit. */
async function run(
  on: Pool | PoolClient,
  text: string,
  values?: readonly unknown[],
  timeoutMs?: number,
): Promise<{ rows: Row[] }> {
  try {
    // The types of pg lack `query_timeout`.
    const query = { text, values: values as unknown[], query_timeout: timeoutMs } as QueryConfig;
    const result = await on.query<Row>(query);
    // If the text has several statements, pg returns an array of results.
    return Array.isArray(result) ? { rows: result.flatMap(({ rows }) => rows) } : result;
  } catch (error) {
    throw orUnavailable(error);
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    const client = await pool.connect();
    // If a connection breaks, the client emits "error", which would end the process without a listener.
    client.off("error", ignore).on("error", ignore);
    return client;
  } catch (error) {
    throw orUnavailable(error);
  }
}

/** Returns the client to the pool if the transaction certainly ended and destroys it otherwise. */
async function runTransaction<T>(
  client: PoolClient,
  begin: string,
  work: (tx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  let reusable = false;
  const tx = new PassedTransaction({
    client,
    query: (text, values) => run(client, text, values),
    async rollback() {
      await run(client, "ROLLBACK");
      reusable = true;
    },
  });
  try {
    await run(client, begin);
    const value = await work(tx);
    if (tx.end()) {
      await commit(client);
      reusable = true;
    }
    return value;
  } catch (error) {
    await tx.rollback().catch(ignore);
    throw error;
  } finally {
    client.release(!reusable);
  }
}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query("COMMIT").catch((error) => Promise.reject(orUnavailable(error)));
  if (command !== "COMMIT") {
    throw new Error("the transaction was rolled back because a statement failed: do not catch errors of its queries");
  }
}

function ignore(): void {}

// Prefixes of SQLSTATE: 08 connection, 53 resources, 57P shutdown and startup, 25006 read-only standby.
const unavailable = /^(?:08|53|57P|25006)/;

/** Converts errors to UNAVAILABLE if they mean that the database is unavailable. Returns other errors unchanged. */
function orUnavailable(error: unknown): unknown {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  const sqlState = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
  const isUnavailable = sqlState
    ? unavailable.test(sqlState)
    : typeof code === "string" || /connection|timeout|not queryable|Cannot use a pool/i.test(message);
  return isUnavailable && !(error instanceof ConnectError)
    ? new ConnectError("the database is unavailable: try again", Code.Unavailable, undefined, undefined, error)
    : error;
}
