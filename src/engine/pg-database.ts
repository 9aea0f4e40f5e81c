import { AsyncLocalStorage } from "node:async_hooks";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Pool, PoolClient } from "pg";
import type { Transaction } from "../server/engine.ts";
import type { Database, Row } from "./database.ts";
import { keepListening } from "./pg-listener.ts";

/** A PostgreSQL server, through a pool of connections. */
export function pgDatabase(pool: Pool, close: () => Promise<void>): Database {
  const current = new AsyncLocalStorage<PoolClient>();
  const stop = new AbortController();
  let listening: Promise<void> | undefined;

  async function query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> {
    try {
      const result = await (current.getStore() ?? pool).query<Row>(text, values as unknown[]);
      // Several statements at once have a result each.
      return Array.isArray(result) ? { rows: result.flatMap(({ rows }) => rows) } : result;
    } catch (error) {
      throw orUnavailable(error);
    }
  }

  async function connect(): Promise<PoolClient> {
    try {
      const client = await pool.connect();
      // A connection that breaks while it is idle says so by an event, which would end the process if nobody heard it.
      client.off("error", ignore).on("error", ignore);
      return client;
    } catch (error) {
      throw orUnavailable(error);
    }
  }

  async function transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await connect();
    let broken = true;
    try {
      return await current.run(client, async () => {
        await query("BEGIN");
        try {
          const value = await work({ query });
          await query("COMMIT");
          broken = false;
          return value;
        } catch (error) {
          broken = await query("ROLLBACK").then(
            () => false,
            () => true,
          );
          throw error;
        }
      });
    } finally {
      client.release(broken);
    }
  }

  async function exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
    const client = await connect();
    try {
      await client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [key]);
      return await work();
    } finally {
      // Ends the session, and the lock with it.
      client.release(true);
    }
  }

  return {
    query,
    transaction,
    exclusively,
    listen(channel, onPayload, onConnect) {
      const { first, ended } = keepListening(connect, { channel, onPayload, onConnect }, stop.signal);
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
