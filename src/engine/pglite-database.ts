import type { Connection, Database, Row } from "./database.ts";
import { PassedTransaction } from "./passed-transaction.ts";

/** A PGlite database or transaction, on which statements run. */
export interface PGliteConnection {
  query<T>(text: string, values?: unknown[]): Promise<{ rows: T[] }>;
  exec(text: string): Promise<{ rows: unknown[] }[]>;
}

/** The parts of PGlite's `Transaction` that the engine uses. See `PGliteDatabase` for why it is declared here. */
export interface PGliteTransaction extends PGliteConnection {
  rollback(): Promise<void>;
}

/**
 * The parts of a `PGlite` that the engine uses. Declared here because PGlite's own types compile only with
 * `skipLibCheck` or `@types/emscripten`.
 */
export interface PGliteDatabase extends PGliteConnection {
  readonly dataDir?: string | undefined;
  transaction<T>(work: (transaction: PGliteTransaction) => Promise<T>): Promise<T>;
  listen(channel: string, onPayload: (payload: string) => void): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Returns the database of a PGlite. It has a single connection, which runs statements and transactions one at a time.
 */
export function pgliteDatabase(pglite: PGliteDatabase, close: () => Promise<void>): Database {
  const transaction: Database["transaction"] = (work) =>
    pglite.transaction(async (client) => {
      const tx = new PassedTransaction({
        client,
        query: (text, values) => run(client, text, values),
        rollback: () => client.rollback(),
      });
      try {
        return await work(tx);
      } finally {
        tx.end();
      }
    });
  const query: Connection["query"] = async (text, values) => {
    try {
      return await run(pglite, text, values);
    } catch (error) {
      if (!values?.length) {
        // One of several statements may have opened a transaction, which would otherwise stay open.
        await pglite.exec("ROLLBACK");
      }
      throw error;
    }
  };
  return {
    singleConnection: true,
    listens: true,
    query,
    renewing: { query },
    transaction,
    handlerTransaction: transaction,
    exclusively: (_key, work) => work(),
    async listen(channel, onPayload, onConnect) {
      await pglite.listen(channel, onPayload);
      onConnect();
    },
    connections: () => undefined,
    close,
  };
}

const run = async (
  on: PGliteConnection,
  ...[text, values]: Parameters<Connection["query"]>
): ReturnType<Connection["query"]> => {
  if (values?.length) {
    return await on.query<Row>(text, values as unknown[]);
  }
  const results = await on.exec(text);
  return { rows: results.flatMap(({ rows }) => rows as Row[]) };
};
