/** What comes one after the other, for readers who come before or after it. */
export class Feed<T> implements AsyncIterable<T> {
  /** All that has come. */
  readonly entries: T[] = [];
  #changed = Promise.withResolvers<void>();
  #hasEnded = false;

  push(entry: T): void {
    this.entries.push(entry);
    this.#wake();
  }

  /** Nothing comes after this. */
  end(): void {
    this.#hasEnded = true;
    this.#wake();
  }

  /**
   * Returns the first entry that matches, of those that have come and those that will.
   *
   * @throws Error if the feed ends without one.
   */
  async first(matches: (entry: T) => boolean = () => true): Promise<T> {
    for await (const entry of this) {
      if (matches(entry)) {
        return entry;
      }
    }
    throw new Error(`what was waited for did not come, only this: ${JSON.stringify(this.entries)}`);
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
