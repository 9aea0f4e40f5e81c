/** Minimum time between two writes of metadata. Updates in between are combined. */
const writeIntervalMs = 200;

/** Writes the metadata of a claimed operation to the store and combines updates that follow each other closely. */
export class Progress {
  readonly #store: (metadata: Uint8Array) => Promise<void>;
  #unwritten: Uint8Array | undefined;
  #writing: Promise<void> | undefined;
  #nextWrite = 0;
  #timer: NodeJS.Timeout | undefined;
  #paused = false;

  /** @param store Writes metadata. Throws if the claim is lost. */
  constructor(store: (metadata: Uint8Array) => Promise<void>) {
    this.#store = store;
  }

  /**
   * Sets the metadata. Writes it immediately if the last write is long enough ago, otherwise later.
   *
   * @throws Error of the write, if it is immediate.
   */
  async set(metadata: Uint8Array): Promise<void> {
    this.#unwritten = metadata;
    if (this.#paused) {
      return;
    }
    if (this.#writing === undefined && performance.now() >= this.#nextWrite) {
      await this.#write();
    } else {
      this.#writeLater();
    }
  }

  /** Stops writing, so that a settlement can write the latest metadata. Resolves when no write is in progress. */
  async pause(): Promise<void> {
    this.#paused = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  /** Continues after a settlement that failed. */
  resume(): void {
    this.#paused = false;
    if (this.#unwritten !== undefined) {
      this.#writeLater();
    }
  }

  /** The metadata that is not written yet. */
  get unwritten(): Uint8Array | undefined {
    return this.#unwritten;
  }

  #writeLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        // Ignored, because the next update or the settlement fails with the same error.
        this.#write().catch(() => {});
      },
      Math.max(0, this.#nextWrite - performance.now()),
    );
  }

  async #write(): Promise<void> {
    await this.#writing;
    const metadata = this.#unwritten;
    if (metadata === undefined || this.#paused) {
      return;
    }
    this.#nextWrite = performance.now() + writeIntervalMs;
    const written = this.#store(metadata);
    this.#writing = written.then(
      () => {},
      () => {},
    );
    try {
      await written;
      if (this.#unwritten === metadata) {
        this.#unwritten = undefined;
      }
    } finally {
      this.#writing = undefined;
    }
  }
}
