import { AsyncLocalStorage } from "node:async_hooks";
import type { Transaction } from "../server/engine.ts";
import type { Database, Row } from "./database.ts";

/** What runs statements: a database of PGlite, or a transaction in it. */
export interface PGliteConnection {
  query<T>(text: string, values?: unknown[]): Promise<{ rows: T[] }>;
  exec(text: string): Promise<{ rows: unknown[] }[]>;
}

/** A `PGlite`. Not its own type, because that compiles only with `skipLibCheck` or `@types/emscripten`. */
export interface PGliteDatabase extends PGliteConnection {
  readonly dataDir?: string | undefined;
  transaction<T>(work: (connection: PGliteConnection) => Promise<T>): Promise<T>;
  listen(channel: string, onPayload: (payload: string) => void): Promise<unknown>;
  close(): Promise<void>;
}

/** PostgreSQL inside this process. It has one connection, and takes statements and transactions one at a time. */
export function pgliteDatabase(pglite: PGliteDatabase, close: () => Promise<void>): Database {
  const current = new AsyncLocalStorage<PGliteConnection>();

  async function query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> {
    const connection = current.getStore() ?? pglite;
    if (values?.length) {
      return await connection.query<Row>(text, values as unknown[]);
    }
    try {
      const results = await connection.exec(text);
      return { rows: results.flatMap(({ rows }) => rows as Row[]) };
    } catch (error) {
      if (connection === pglite) {
        // Several statements may have opened a transaction that nobody else will end.
        await pglite.exec("ROLLBACK");
      }
      throw error;
    }
  }

  return {
    query,
    transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      return pglite.transaction((connection) => current.run(connection, () => work({ query })));
    },
    exclusively: (_key, work) => work(),
    async listen(channel, onPayload, onConnect) {
      await pglite.listen(channel, onPayload);
      onConnect();
    },
    close,
  };
}
