/** The least time between two writes of metadata. What comes in between is written together. */
const writeGapMs = 200;

/** The metadata of a claimed operation on its way to the store: writes that follow each other closely become one. */
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
   * Takes note of new metadata, and writes it if the last write is long enough ago.
   *
   * @throws What writing it throws.
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

  /** Writes nothing more by itself: a settlement will. Resolves when no write is under way. */
  async pause(): Promise<void> {
    this.#paused = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  /** Goes on after a settlement that did not come about. */
  resume(): void {
    this.#paused = false;
    if (this.#unwritten !== undefined) {
      this.#writeLater();
    }
  }

  /** What is not written yet, for a settlement to write. */
  get unwritten(): Uint8Array | undefined {
    return this.#unwritten;
  }

  #writeLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        // The next update, or the settlement, meets the same error.
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
    this.#nextWrite = performance.now() + writeGapMs;
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
