/*
 * A model of an operation's waits, without polling: the outcome of each wait and the states that it delivers.
 */

export interface ModelWatch {
  /** Whether it reads updates, and not only the outcome. */
  readonly live: boolean;
  readonly deadline: number;
  /** The progress in the states that it has seen. */
  readonly seen: number[];
  end: "done" | "WaitAbortedError" | "WaitTimeoutError" | "OperationPollError" | "left" | undefined;
}

/** All waits for one operation. */
export class WatchModel {
  readonly watches: ModelWatch[] = [];
  #progress: number | undefined;
  #done = false;

  get open(): ModelWatch[] {
    return this.watches.filter(({ end }) => end === undefined);
  }

  join(live: boolean, deadline: number): ModelWatch {
    const seen = live && this.#progress !== undefined ? [this.#progress] : [];
    const watch: ModelWatch = { live, deadline, seen, end: this.#done ? "done" : undefined };
    this.watches.push(watch);
    return watch;
  }

  end(watch: ModelWatch, end: ModelWatch["end"]): void {
    watch.end ??= end;
  }

  /** Ends the waits whose deadline is before this time. */
  tick(now: number): void {
    for (const watch of this.open.filter(({ deadline }) => deadline < now)) {
      watch.end = "WaitTimeoutError";
    }
  }

  /** A poll returns a state. */
  answer(progress: number, done: boolean): void {
    for (const watch of this.#done ? [] : this.open) {
      watch.seen.push(...(watch.live ? [progress] : []));
      watch.end = done ? "done" : undefined;
    }
    this.#progress = this.#done ? this.#progress : progress;
    this.#done ||= done;
  }

  /** A poll fails with an error that is not retried. */
  fail(): void {
    for (const watch of this.open) {
      watch.end = "OperationPollError";
    }
  }
}
