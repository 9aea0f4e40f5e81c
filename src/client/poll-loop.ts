import { Code, type ConnectError } from "@connectrpc/connect";
import { OperationPollError, WaitAbortedError } from "../operation/errors.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { failureOf } from "./browser-errors.ts";
import type { OperationCallOptions } from "./call-options.ts";
import { requestCancel } from "./cancel.ts";
import { callTimeout } from "./numbers.ts";
import { backoffMs, minDelayMs, patienceMs, retryDelayMs } from "./polling.ts";
import { callOptions, type Subject } from "./subject.ts";

const longAgo = Number.NEGATIVE_INFINITY;

/** Time, in ms, by which a WaitOperation call may exceed its limit before it counts as lost. */
const longPollGraceMs = 2_000;

/** A wait for an operation. */
export interface Watcher {
  /** Whether the wait needs intermediate states, and not only the outcome. */
  readonly live: boolean;
  /** The clock time at which the wait ends. */
  readonly deadline: number;
  /** Called when the loop has read a state. */
  onState(): void;
  /**
   * Called when the state cannot be read, which ends the loop.
   *
   * @param reason The error of the last poll: a ConnectError, unless one of the caller's own functions threw it.
   * @param failures The number of consecutive polls that failed.
   */
  onError(reason: unknown, failures: number): void;
}

/**
 * Polls one operation while there are watchers, which share the loop. The loop ends when the operation is done, when
 * the last watcher leaves, or when a poll fails with an error that is not retried.
 */
export class PollLoop {
  readonly subject: Subject;
  /** Called with each state before the watchers. */
  handle: Pick<Watcher, "onState"> | undefined;
  /** The latest state. `undefined` until the first one is read. A done state is final. */
  state: RawOperation | undefined;
  /** The number of polls so far. */
  polls = 0;
  /** The error of the last GetOperation, if it failed. */
  lastError: ConnectError | undefined;

  readonly #watchers = new Set<Watcher>();
  #activity: "none" | "sleep" | "poll" | "long poll" = "none";
  #interrupt: () => void = () => {};
  #waitOperation: "try" | "skip once" | "avoid" = "try";

  /** The delay between two polls. */
  #delayMs = 0;
  /** How many times the delay has been multiplied. */
  #growth = -1;
  // The following are clock times.
  /** When the latest state was read. */
  #readAt = longAgo;
  /** When the latest poll started. */
  #polledAt = longAgo;
  /** Earliest start of the next long poll. */
  #longPollAt = longAgo;
  /** Earliest start of the next poll after a failed one: backoff, or a delay that the server requested. */
  #notBefore = longAgo;
  /** Start of the period in which polls may fail: the last success, or the start of the loop. */
  #failingSince = longAgo;
  /** Until this time, NOT_FOUND can mean that an operation that was just started is not visible to reads yet. */
  #visibleBy = longAgo;
  #failures = 0;

  constructor(subject: Subject, started: RawOperation | undefined) {
    this.subject = subject;
    if (started) {
      this.#observe(started);
      this.#visibleBy = this.#readAt + subject.polling.pollTimeoutMs;
    }
  }

  /** Adds a watcher and starts the loop if needed. The returned function removes the watcher. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    if (this.#activity === "none") {
      void this.#run();
    } else if (watcher.live && this.#activity === "long poll") {
      this.#interrupt();
    }
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) {
        this.#interrupt();
      }
    };
  }

  /** Ends the delay before the next poll, which may now be due earlier. */
  wake(): void {
    if (this.#activity === "sleep") {
      this.#interrupt();
    }
  }

  /** Reads the state once, independently of the loop. */
  async poll(options: OperationCallOptions): Promise<void> {
    const { ref, remote } = this.subject;
    const call = callOptions(this.subject, options);
    this.polls++;
    try {
      this.#observe(await remote.operations.getOperation({ name: ref.name }, call));
      remote.isAnswered = true;
    } catch (reason) {
      throw call.signal?.aborted
        ? new WaitAbortedError(ref, call.signal.reason, false)
        : new OperationPollError(ref, failureOf(remote, reason), 1);
    }
  }

  /** Asks the server to cancel the operation and resets the delay so that the loop sees the effect soon. */
  async cancel(options: OperationCallOptions): Promise<void> {
    await requestCancel(this.subject, options);
    this.#setDelay(0);
    this.wake();
  }

  async #run(): Promise<void> {
    const { clock, longPolls, maxLongPolls } = this.subject.remote;
    this.#setDelay(0);
    this.#failures = 0;
    this.#failingSince = clock.now();
    try {
      while (this.#watchers.size > 0 && !this.state?.done) {
        const now = clock.now();
        const waitMs = this.#waitMs();
        const next = waitMs > 0 ? this.#longPollAt : this.#readAt + this.#delayMs;
        const due = Math.max(this.#notBefore, this.#polledAt + minDelayMs, next);
        await (now < due ? this.#sleep(due - now) : this.#read(waitMs, now));
      }
    } catch (reason) {
      const watchers = [...this.#watchers];
      this.#watchers.clear();
      for (const watcher of watchers) {
        watcher.onError(reason, this.#failures);
      }
    }
    this.#activity = "none";
    longPolls.leave(this, maxLongPolls);
  }

  /** Maximum time for which the next poll blocks, in milliseconds. 0 means to call GetOperation. */
  #waitMs(): number {
    const { remote, polling } = this.subject;
    const { longPollMs } = polling;
    const canWait = remote.canWait && longPollMs > 0 && this.#waitOperation === "try";
    if (!canWait || !remote.longPolls.hasPlace(this, remote.maxLongPolls)) {
      return 0;
    }
    const live = [...this.#watchers].some((watcher) => watcher.live);
    return callTimeout(Math.ceil(live ? Math.min(this.#delayMs, longPollMs) : longPollMs));
  }

  #sleep(ms: number): Promise<void> {
    const { remote, polling } = this.subject;
    return new Promise((resolve) => {
      const drop = remote.clock.schedule(resolve, ms, polling.unref);
      this.#activity = "sleep";
      this.#interrupt = () => {
        drop();
        resolve();
      };
    });
  }

  async #read(waitMs: number, now: number): Promise<void> {
    const { ref, remote, polling } = this.subject;
    const { operations } = remote;
    const { name } = ref;
    const abort = new AbortController();
    const leftMs = Math.max(1, ...[...this.#watchers].map(({ deadline }) => Math.ceil(deadline - now)));
    const limitMs = waitMs > 0 ? waitMs + longPollGraceMs : polling.pollTimeoutMs || leftMs;
    const call = callOptions(this.subject, { signal: abort.signal, timeoutMs: Math.min(leftMs, limitMs) });
    this.#activity = waitMs > 0 ? "long poll" : "poll";
    this.#interrupt = () => abort.abort();
    // The delay runs from the start of a long poll, because the call blocks in the meantime.
    this.#polledAt = now;
    this.#longPollAt = now + this.#delayMs;
    this.polls++;
    try {
      this.#observe(
        await (waitMs > 0
          ? operations.waitOperation({ name, timeout: durationOf(Math.min(leftMs, waitMs)) }, call)
          : operations.getOperation({ name }, call)),
      );
      remote.isAnswered = true;
    } catch (reason) {
      if (!abort.signal.aborted) {
        const error = failureOf(remote, reason);
        const delayMs = retryDelayMs(error);
        this.#notBefore = remote.clock.now() + delayMs;
        this.#failingSince += delayMs;
        (waitMs > 0 ? this.#waitFailed : this.#getFailed).call(this, error);
      }
    }
  }

  #observe(state: RawOperation): void {
    if (this.state?.done) {
      return;
    }
    this.state = state;
    this.lastError = undefined;
    this.#failures = 0;
    this.#visibleBy = longAgo;
    this.#readAt = this.#failingSince = this.subject.remote.clock.now();
    this.#setDelay(this.#growth + 1);
    if (this.#waitOperation === "skip once") {
      this.#waitOperation = "try";
    }
    this.handle?.onState();
    for (const watcher of this.#watchers) {
      watcher.onState();
    }
  }

  // Some servers lack WaitOperation, and some proxies cut long calls, so only a failed GetOperation ends the loop.
  #waitFailed(error: ConnectError): void {
    const { remote, polling } = this.subject;
    if (polling.isTransient(error)) {
      this.#waitOperation = "skip once";
      return;
    }
    // The cause is set only if the error occurred on this side, for example in an interceptor.
    if (error.cause !== undefined) {
      this.#failures++;
      throw error;
    }
    this.#waitOperation = "avoid";
    remote.longPolls.leave(this, remote.maxLongPolls);
    remote.canWait &&= error.code !== Code.Unimplemented;
  }

  #getFailed(error: ConnectError): void {
    const { remote, polling } = this.subject;
    const now = remote.clock.now();
    const retry = polling.isTransient(error)
      ? now < this.#failingSince + patienceMs(remote, polling.retryForMs)
      : error.code === Code.NotFound && now < this.#visibleBy;
    this.lastError = error;
    this.#notBefore = Math.max(this.#notBefore, now + backoffMs(polling, this.#failures++, remote.clock.random()));
    if (!retry) {
      throw error;
    }
  }

  #setDelay(growth: number): void {
    const { remote, polling } = this.subject;
    this.#growth = growth;
    this.#delayMs = backoffMs(polling, growth, remote.clock.random());
  }
}

function durationOf(ms: number): { seconds: bigint; nanos: number } {
  return { seconds: BigInt(Math.trunc(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 };
}
