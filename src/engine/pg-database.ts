import { Code, ConnectError } from "@connectrpc/connect";
import type { Pool, PoolClient } from "pg";
import type { Database, DatabaseTransaction, Row } from "./database.ts";
import { PassedTransaction } from "./passed-transaction.ts";
import { keepListening } from "./pg-listener.ts";

/**
 * Returns the database behind a pool of connections to a PostgreSQL server.
 *
 * @param heartbeatMs Interval of the checks of the listening connection.
 */
export function pgDatabase(pool: Pool, heartbeatMs: number, close: () => Promise<void>): Database {
  const stop = new AbortController();
  let listening: Promise<void> | undefined;

  return {
    singleConnection: false,
    query: (text, values) => run(pool, text, values),
    transaction: async (work) => runTransaction(await connect(pool), work),
    async exclusively(key, work) {
      const client = await connect(pool);
      try {
        await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [key]);
        return await work();
      } finally {
        // Closes the connection, which releases the lock.
        client.release(true);
      }
    },
    listen(channel, onPayload, onConnect) {
      const subscription = { channel, onPayload, onConnect, heartbeatMs };
      const { first, ended } = keepListening(() => connect(pool), subscription, stop.signal);
      listening = ended;
      return first;
    },
    connections() {
      const { totalCount, idleCount, waitingCount, options } = pool;
      return { used: totalCount - idleCount, idle: idleCount, max: options.max, pending: waitingCount };
    },
    async close() {
      stop.abort();
      await listening;
      await close();
    },
  };
}

async function run(on: Pool | PoolClient, text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> {
  try {
    const result = await on.query<Row>(text, values as unknown[]);
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
async function runTransaction<T>(client: PoolClient, work: (tx: DatabaseTransaction) => Promise<T>): Promise<T> {
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
    await run(client, "BEGIN");
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
