import type { LroTransaction } from "../server/handler.ts";
import type { ConnectionUsage } from "../server/operation-store.ts";

export type Row = Record<string, unknown>;

/** A database or a transaction, on which statements run. */
export interface Connection {
  /**
   * Runs SQL: one statement, or several if there are no values.
   *
   * @throws ConnectError with Code.Unavailable if the database is unavailable.
   */
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
}

/** A transaction, which callers pass to every function that takes part in it. */
export interface DatabaseTransaction extends Connection, LroTransaction {
  /** Rolls the transaction back and ends it. */
  rollback(): Promise<void>;
}

/** The engine's interface to PostgreSQL, which runs in this process or elsewhere. */
export interface Database extends Connection {
  /** Whether all statements share one connection, so that they block while a transaction is open. */
  readonly singleConnection: boolean;
  /** Whether `listen` delivers notifications. */
  readonly listens: boolean;
  /**
   * For statements that renew leases. They fail with UNAVAILABLE if the connection does not respond for a part of a
   * lease, so that the next renewal uses another connection in time.
   */
  readonly renewing: Connection;
  /** Runs a function in a transaction. Commits it if the function returns, rolls it back if the function throws. */
  transaction<T>(work: (tx: DatabaseTransaction) => Promise<T>): Promise<T>;
  /**
   * Runs a function of a handler in a transaction. Limits how many run concurrently, so that they always leave
   * connections for the engine, and limits each of their statements to the time that a commit may take.
   */
  handlerTransaction<T>(work: (tx: DatabaseTransaction) => Promise<T>): Promise<T>;
  /** Runs a function while no other process runs one with the same key. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>;
  /**
   * Listens on a channel until the database is closed, if the database listens. Reconnects if the connection breaks.
   *
   * @param onConnect Called after each connect: notifications before it may have been lost.
   */
  listen(channel: string, onPayload: (payload: string) => void, onConnect: () => void): Promise<void>;
  /** Returns the connections of this process. `undefined` if the database runs in this process. */
  connections(): ConnectionUsage | undefined;
  close(): Promise<void>;
}
