import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import { OperationPollError, type OperationRef, WaitAbortedError } from "../operation/errors.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { type CallContext, type OperationCallOptions, withContext } from "./call-options.ts";
import { backoffMs, type Polling, retryDelayMs } from "./polling.ts";
import { type Remote, requestParam, requestParamsHeader } from "./remote.ts";

const longAgo = Number.NEGATIVE_INFINITY;

/** One operation at the server, and how to deal with it. */
export interface Subject {
  readonly ref: OperationRef;
  readonly remote: Remote;
  readonly polling: Polling;
  /** What every call on the operation carries: headers and context values of the call that started it. */
  readonly context: CallContext;
}

/** One who waits for an operation. */
export interface Watcher {
  /** Whether it wants to see progress, rather than only the end. */
  readonly live: boolean;
  /** When it stops waiting, by the clock. */
  readonly deadline: number;
  /** There is a new state. */
  onState(): void;
  /** The state cannot be read, and the loop has ended. */
  onError(error: Error): void;
}

/**
 * Reads the state of one operation, again and again, for as long as anyone watches. All watchers share one loop. It ends
 * with the operation, with its last watcher, or with an error that is not transient.
 */
export class PollLoop {
  readonly subject: Subject;
  /** The latest state. Undefined until the server has told one. Once it is done, it stays. */
  state: RawOperation | undefined;
  /** How many polls there were. */
  polls = 0;
  /** The error of the last GetOperation, if that failed. */
  lastError: ConnectError | undefined;

  readonly #watchers = new Set<Watcher>();
  #activity: "none" | "sleep" | "poll" | "long poll" = "none";
  #interrupt: () => void = () => {};
  #waitOperation: "try" | "skip once" | "avoid" = "try";

  // The gap between two polls, and how often it has grown.
  #delayMs = 0;
  #growth = -1;
  // Moments by the clock: when the state was last told, when a long poll may begin, before when the server wants none,
  // since when polls can have failed, and until when an operation that was just started may not be visible yet.
  #seenAt = longAgo;
  #longPollAt = longAgo;
  #notBefore = longAgo;
  #wellAt = longAgo;
  #visibleBy = longAgo;
  #failures = 0;

  constructor(subject: Subject, started: RawOperation | undefined) {
    this.subject = subject;
    if (started) {
      this.#observe(started);
      this.#visibleBy = this.#seenAt + subject.polling.pollTimeoutMs;
    }
  }

  /** Watches, until the function that it returns is called, the operation is done, or its state cannot be read. */
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

  /** Reads the state once, now. */
  async poll(options: OperationCallOptions): Promise<void> {
    const { ref, remote } = this.subject;
    this.polls++;
    try {
      this.#observe(await remote.operations.getOperation({ name: ref.name }, this.callOptions(options)));
    } catch (reason) {
      throw options.signal?.aborted
        ? new WaitAbortedError(ref, options.signal.reason, false)
        : new OperationPollError(ref, ConnectError.from(reason), 1);
    }
  }

  /** Asks the server to cancel the operation, and polls soon, to see how it takes it. */
  async cancel(options: OperationCallOptions): Promise<void> {
    const { ref, remote } = this.subject;
    await remote.operations.cancelOperation({ name: ref.name }, this.callOptions(options));
    this.#pace(0);
    if (this.#activity === "sleep") {
      this.#interrupt();
    }
  }

  /** The options of a call on the operation: its context, a deadline, and the header that Google's front ends want. */
  callOptions(options: OperationCallOptions): CallOptions {
    const { ref, context, polling } = this.subject;
    const call = withContext(context, options);
    call.headers.set(requestParamsHeader, requestParam("name", ref.name));
    call.timeoutMs ??= polling.pollTimeoutMs;
    return call;
  }

  async #run(): Promise<void> {
    const { clock } = this.subject.remote;
    this.#pace(0);
    this.#failures = 0;
    this.#wellAt = clock.now();
    try {
      while (this.#watchers.size > 0 && !this.state?.done) {
        const now = clock.now();
        const waitMs = this.#waitMs();
        const due = Math.max(this.#notBefore, waitMs > 0 ? this.#longPollAt : this.#seenAt + this.#delayMs);
        await (now < due ? this.#sleep(due - now) : this.#read(waitMs, now));
      }
    } catch (error) {
      const watchers = [...this.#watchers];
      this.#watchers.clear();
      for (const watcher of watchers) {
        watcher.onError(error as Error);
      }
    }
    this.#activity = "none";
  }

  /** How long the next poll may wait at the server. 0 means GetOperation. */
  #waitMs(): number {
    const { remote, polling } = this.subject;
    if (!remote.canWait || this.#waitOperation !== "try") {
      return 0;
    }
    const live = [...this.#watchers].some((watcher) => watcher.live);
    return Math.ceil(live ? Math.min(this.#delayMs, polling.longPollMs) : polling.longPollMs);
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
    const timeoutMs = Math.min(leftMs, waitMs + polling.pollTimeoutMs);
    const call = this.callOptions({ signal: abort.signal, timeoutMs });
    this.#activity = waitMs > 0 ? "long poll" : "poll";
    this.#interrupt = () => abort.abort();
    // A long poll spends the gap at the server.
    this.#longPollAt = now + this.#delayMs;
    this.polls++;
    try {
      this.#observe(
        await (waitMs > 0
          ? operations.waitOperation({ name, timeout: durationFromMs(Math.min(leftMs, waitMs)) }, call)
          : operations.getOperation({ name }, call)),
      );
    } catch (reason) {
      if (!abort.signal.aborted) {
        const error = ConnectError.from(reason);
        this.#notBefore = remote.clock.now() + retryDelayMs(error);
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
    this.#seenAt = this.#wellAt = this.subject.remote.clock.now();
    this.#pace(this.#growth + 1);
    if (this.#waitOperation === "skip once") {
      this.#waitOperation = "try";
    }
    for (const watcher of this.#watchers) {
      watcher.onState();
    }
  }

  // Some servers have no WaitOperation, and some proxies cut calls that take long: GetOperation has the last word.
  #waitFailed(error: ConnectError): void {
    const { remote, polling } = this.subject;
    this.#waitOperation = polling.isTransient(error) ? "skip once" : "avoid";
    if (error.code === Code.Unimplemented) {
      remote.canWait = false;
    }
  }

  #getFailed(error: ConnectError): void {
    const { ref, remote, polling } = this.subject;
    const now = remote.clock.now();
    const retry = polling.isTransient(error)
      ? now < this.#wellAt + polling.retryForMs
      : error.code === Code.NotFound && now < this.#visibleBy;
    this.lastError = error;
    this.#notBefore = Math.max(this.#notBefore, now + backoffMs(polling, this.#failures++, remote.clock.random()));
    if (!retry) {
      throw new OperationPollError(ref, error, this.#failures);
    }
  }

  #pace(growth: number): void {
    const { remote, polling } = this.subject;
    this.#growth = growth;
    this.#delayMs = backoffMs(polling, growth, remote.clock.random());
  }
}
