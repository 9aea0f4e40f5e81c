import type { Connection, DatabaseTransaction } from "./database.ts";

/** The functions of a database driver for one transaction. */
interface TransactionDriver extends Connection {
  /** The driver's object for the transaction. */
  readonly client: unknown;
  rollback(): Promise<void>;
}

/**
 * A transaction that rejects statements after it ended. A statement that was not awaited would otherwise run on a
 * connection that is already in use for something else.
 */
export class PassedTransaction implements DatabaseTransaction {
  readonly client: unknown;
  readonly #driver: TransactionDriver;
  #open = true;

  constructor(driver: TransactionDriver) {
    this.client = driver.client;
    this.#driver = driver;
  }

  /** A property instead of a method, because user code may destructure the transaction. */
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

  /** Rejects statements from now on. Returns false if the transaction had already ended. */
  end(): boolean {
    const wasOpen = this.#open;
    this.#open = false;
    return wasOpen;
  }
}
