/** An append-only sequence. Each reader gets all entries, both past and future ones. */
export class Feed<T> implements AsyncIterable<T> {
  /** The entries so far. */
  readonly entries: T[] = [];
  #changed = Promise.withResolvers<void>();
  #hasEnded = false;

  push(entry: T): void {
    this.entries.push(entry);
    this.#wake();
  }

  /** Ends the feed. */
  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /**
   * Returns the first past or future entry that matches.
   *
   * @throws Error if the feed ends without a match.
   */
  async first(matches: (entry: T) => boolean = () => true): Promise<T> {
    for await (const entry of this) {
      if (matches(entry)) {
        return entry;
      }
    }
    throw new Error(`the feed ended without a match: ${JSON.stringify(this.entries)}`);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (let next = 0; ; ) {
      while (next < this.entries.length) {
        yield this.entries[next++] as T;
      }
      if (this.#hasEnded) {
        return;
      }
      await this.#changed.promise;
    }
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}
