import type { Connection, DatabaseTransaction } from "./database.ts";

/** How a database runs and undoes the statements of a transaction. */
interface TransactionDriver extends Connection {
  /** The driver's own object for the transaction. */
  readonly client: unknown;
  rollback(): Promise<void>;
}

/**
 * A transaction that refuses statements once it has ended. A statement that nobody awaited would otherwise run on a
 * connection that others use by then.
 */
export class PassedTransaction implements DatabaseTransaction {
  readonly client: unknown;
  readonly #driver: TransactionDriver;
  #open = true;

  constructor(driver: TransactionDriver) {
    this.client = driver.client;
    this.#driver = driver;
  }

  /** Can be called without its object, as user code may take it apart. */
  readonly query: Connection["query"] = async (text, values) => {
    if (!this.#open) {
      throw new Error(
        `the transaction has ended, so "${text.trim().slice(0, 60)}" cannot run in it: ` +
          "await each query before the function that got the transaction returns",
      );
    }
    return await this.#driver.query(text, values);
  };

  async rollback(): Promise<void> {
    if (this.end()) {
      await this.#driver.rollback();
    }
  }

  /** Refuses statements from now on. False if the transaction had ended before. */
  end(): boolean {
    const wasOpen = this.#open;
    this.#open = false;
    return wasOpen;
  }
}
