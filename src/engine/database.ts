import type { Transaction } from "../server/engine.ts";

export type Row = Record<string, unknown>;

/** What the engine needs of PostgreSQL, whether it runs elsewhere or inside this process. */
export interface Database {
  /**
   * Runs SQL. Without values it may be several statements. Within `transaction`, all that is called from its function
   * takes part in it, whoever runs it.
   *
   * @throws ConnectError with Code.Unavailable if the database does not answer.
   */
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
  /** Commits what the function does, or none of it if it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
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
