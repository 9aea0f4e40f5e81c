import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import type { Operation as RawOperation } from "../gen/google/longrunning/operations_pb.js";
import { OperationAbortedError, OperationPollError, type OperationRef } from "../operation/errors.js";
import { backoffMs, type Polling, retryDelayMs } from "./polling.js";
import type { Remote } from "./remote.js";

/** One who waits for an operation. */
export interface Watcher {
  /** Whether it wants to see progress, rather than only the end. */
  readonly live: boolean;
  /** When it stops waiting, by the clock. */
  readonly deadline: number;
  /** There is a new state. */
  onState(): void;
  /** The state cannot be read, and the loop has ended. */
  onError(error: OperationPollError): void;
}

/** One operation at the server, and how to deal with it. */
export interface Subject {
  readonly ref: OperationRef;
  readonly remote: Remote;
  readonly polling: Polling;
  /** What every call on the operation carries: headers and context values of the call that started it. */
  readonly context: Pick<CallOptions, "headers" | "contextValues">;
}

const longAgo = Number.NEGATIVE_INFINITY;

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

  // The gap between two polls, and how often it has grown.
  #delayMs = 0;
  #growth = 0;
  // When the last poll began, when it last told the state, and when the server wants the next one at the earliest.
  #startedAt = longAgo;
  #seenAt = longAgo;
  #notBefore = longAgo;

  #failures = 0;
  #failingSince = longAgo;
  // Until then, a server that does not find the operation may not see it yet.
  #visibleBy = longAgo;
  #waitOperation: "try" | "skip once" | "avoid" = "try";

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
      this.#resetDelay();
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
  async poll(options: CallOptions): Promise<void> {
    const { ref, remote, polling, context } = this.subject;
    const call = { timeoutMs: polling.pollTimeoutMs, ...context, ...options };
    this.polls++;
    try {
      this.#observe(await remote.operations.getOperation({ name: ref.name }, call));
    } catch (reason) {
      throw options.signal?.aborted
        ? new OperationAbortedError(ref, options.signal.reason)
        : new OperationPollError(ref, ConnectError.from(reason), 1);
    }
  }

  /** Polls soon, because the state is about to change. */
  hurry(): void {
    this.#resetDelay();
    if (this.#activity === "sleep") {
      this.#interrupt();
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.subject.remote;
    while (this.#watchers.size > 0 && !this.state?.done) {
      const now = clock.now();
      const waitMs = this.#waitMs();
      // A long poll spends the delay at the server, so that it counts from the poll's beginning.
      const due = Math.max(this.#notBefore, (waitMs > 0 ? this.#startedAt : this.#seenAt) + this.#delayMs);
      await (now < due ? this.#sleep(due - now) : this.#read(waitMs, now));
    }
    this.#activity = "none";
  }

  /** How long the next poll may wait at the server. 0 is GetOperation. */
  #waitMs(): number {
    const { remote, polling } = this.subject;
    if (!remote.canWait || this.#waitOperation !== "try") {
      return 0;
    }
    const live = [...this.#watchers].some((watcher) => watcher.live);
    return live ? Math.min(this.#delayMs, polling.longPollMs) : polling.longPollMs;
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
    const { ref, remote, polling, context } = this.subject;
    const abort = new AbortController();
    const leftMs = Math.max(1, Math.ceil(Math.max(...[...this.#watchers].map(({ deadline }) => deadline)) - now));
    const call = { ...context, signal: abort.signal, timeoutMs: Math.min(waitMs + polling.pollTimeoutMs, leftMs) };
    this.#activity = waitMs > 0 ? "long poll" : "poll";
    this.#interrupt = () => abort.abort();
    this.#startedAt = now;
    this.polls++;
    try {
      this.#observe(
        waitMs > 0
          ? await remote.operations.waitOperation(
              { name: ref.name, timeout: durationFromMs(Math.min(Math.ceil(waitMs), leftMs)) },
              call,
            )
          : await remote.operations.getOperation({ name: ref.name }, call),
      );
    } catch (reason) {
      if (!abort.signal.aborted) {
        const error = ConnectError.from(reason);
        if (waitMs > 0) {
          this.#waitFailed(error);
        } else {
          this.#getFailed(error);
        }
      }
    }
  }

  #observe(state: RawOperation): void {
    if (this.state?.done) {
      return;
    }
    const { remote, polling } = this.subject;
    this.state = state;
    this.lastError = undefined;
    this.#failures = 0;
    this.#visibleBy = longAgo;
    this.#seenAt = remote.clock.now();
    this.#delayMs = backoffMs(polling, this.#growth++, remote.clock.random());
    if (this.#waitOperation === "skip once") {
      this.#waitOperation = "try";
    }
    for (const watcher of this.#watchers) {
      watcher.onState();
    }
  }

  // Some servers and proxies cannot hold a call for long. GetOperation has the last word on what is wrong.
  #waitFailed(error: ConnectError): void {
    const { remote, polling } = this.subject;
    this.#notBefore = remote.clock.now() + retryDelayMs(error);
    this.#waitOperation = polling.isTransient(error) ? "skip once" : "avoid";
    if (error.code === Code.Unimplemented) {
      remote.canWait = false;
    }
  }

  #getFailed(error: ConnectError): void {
    const { ref, remote, polling } = this.subject;
    const now = remote.clock.now();
    this.lastError = error;
    this.#failingSince = this.#failures++ === 0 ? now : this.#failingSince;
    const transient = polling.isTransient(error)
      ? now - this.#failingSince < polling.retryForMs
      : error.code === Code.NotFound && now < this.#visibleBy;
    if (transient) {
      const backoff = backoffMs(polling, this.#failures - 1, remote.clock.random());
      this.#notBefore = now + Math.max(backoff, retryDelayMs(error));
      return;
    }
    const failure = new OperationPollError(ref, error, this.#failures);
    this.#failures = 0;
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) {
      watcher.onError(failure);
    }
  }

  #resetDelay(): void {
    const { remote, polling } = this.subject;
    this.#growth = 0;
    this.#delayMs = backoffMs(polling, this.#growth++, remote.clock.random());
  }
}
