import type { LroTransaction } from "../server/handler.ts";

export type Row = Record<string, unknown>;

/** What runs statements: a database, or a transaction in it. */
export interface Connection {
  /**
   * Runs SQL. Without values it may be several statements.
   *
   * @throws ConnectError with Code.Unavailable if the database does not answer.
   */
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** A transaction, which is passed to everything that takes part in it. */
export interface DatabaseTransaction extends Connection, LroTransaction {
  /** Undoes everything, and ends the transaction. */
  rollback(): Promise<void>;
}

/** What the engine needs of PostgreSQL, whether it runs elsewhere or inside this process. */
export interface Database extends Connection {
  /** Whether all statements share one connection, so that they wait while a transaction is open. */
  readonly singleConnection: boolean;
  /** Commits what the function does with the transaction, or none of it if the function throws. */
  transaction<T>(work: (tx: DatabaseTransaction) => Promise<T>): Promise<T>;
  /** Runs a function while no other process runs one with the same key. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>;
  /**
   * Listens on a channel until the database is closed, on one connection that is made anew when it breaks.
   *
   * @param onConnect Called each time that nothing more can be missed: what came before may have been.
   */
  listen(channel: string, onPayload: (payload: string) => void, onConnect: () => void): Promise<void>;
  close(): Promise<void>;
}
