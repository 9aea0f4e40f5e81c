import { Code, ConnectError } from "@connectrpc/connect";
import type { Pool, PoolClient } from "pg";
import type { Database, DatabaseTransaction, Row } from "./database.ts";
import { PassedTransaction } from "./passed-transaction.ts";
import { keepListening } from "./pg-listener.ts";

/**
 * A PostgreSQL server, through a pool of connections.
 *
 * @param heartbeatMs How often to make sure that the connection that listens is alive.
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
        // Ends the session, and the lock with it.
        client.release(true);
      }
    },
    listen(channel, onPayload, onConnect) {
      const subscription = { channel, onPayload, onConnect, heartbeatMs };
      const { first, ended } = keepListening(() => connect(pool), subscription, stop.signal);
      listening = ended;
      return first;
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
    // Several statements in one text have a result each.
    return Array.isArray(result) ? { rows: result.flatMap(({ rows }) => rows) } : result;
  } catch (error) {
    throw orUnavailable(error);
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    const client = await pool.connect();
    // A connection that breaks while it is idle says so by an event, which would end the process if nobody heard it.
    client.off("error", ignore).on("error", ignore);
    return client;
  } catch (error) {
    throw orUnavailable(error);
  }
}

/** Gives the client back when the transaction has ended, or destroys it if that is not certain. */
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
    throw new Error("the database rolled the transaction back, because one of its statements had failed");
  }
}

function ignore(): void {}

// Classes of SQLSTATE: 08 connection, 53 resources, 57P shutdown and start-up, 25006 a standby.
const unavailable = /^(?:08|53|57P|25006)/;

/** Tells a database that is away from one that refuses. */
function orUnavailable(error: unknown): unknown {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  const sqlState = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
  const away = sqlState
    ? unavailable.test(sqlState)
    : typeof code === "string" || /connection|timeout|not queryable|Cannot use a pool/i.test(message);
  return away && !(error instanceof ConnectError)
    ? new ConnectError("the database does not answer: try again", Code.Unavailable, undefined, undefined, error)
    : error;
}
