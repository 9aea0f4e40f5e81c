import type { Message } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { OperationPollError, WaitAbortedError, WaitTimeoutError } from "../operation/errors.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { inRange } from "./numbers.ts";
import { onAbort } from "./on-abort.ts";
import type { WaitOptions } from "./operation.ts";
import type { PollLoop, Watcher } from "./poll-loop.ts";
import { withStackOf } from "./stack.ts";

/** Collects what the poll loop reports to one wait. */
export class Wait implements Watcher {
  readonly live: boolean;
  deadline: number = Number.POSITIVE_INFINITY;
  /** Whether there is a state that was not yielded yet. */
  pending = false;
  /** Whether the reader stopped. */
  stopped = false;
  failure: Error | undefined;
  readonly #loop: PollLoop;
  /** Has the stack of the call that waits. */
  readonly call: Error = new Error();
  #wake: (() => void) | undefined;

  /** @param live Whether the reader needs intermediate states, and not only the outcome. */
  constructor(loop: PollLoop, live: boolean) {
    this.#loop = loop;
    this.live = live;
  }

  onState(): void {
    this.pending = true;
    this.#wake?.();
  }

  onError(reason: unknown, failures: number): void {
    this.fail(
      reason instanceof ConnectError
        ? new OperationPollError(this.#loop.subject.ref, reason, failures)
        : (reason as Error),
    );
  }

  /** Ends the wait with an error. */
  fail(error: Error): void {
    this.failure ??= withStackOf(this.call, error);
    this.#wake?.();
  }

  /** Ends the wait because the reader stops. */
  stop(): void {
    this.stopped = true;
    this.#wake?.();
  }

  /** Resolves at the next state or error, or when the reader stops. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/**
 * Yields the states of an operation: the known one, if any, then each new one until the operation is done. A slow
 * reader skips intermediate states.
 *
 * @param metadata Returns the latest metadata, for WaitTimeoutError.
 */
export async function* states(
  loop: PollLoop,
  wait: Wait,
  metadata: () => Message | undefined,
  options: WaitOptions = {},
): AsyncGenerator<RawOperation, undefined> {
  const { clock } = loop.subject.remote;
  const { totalTimeoutMs, unref } = loop.subject.polling;
  const { signal, timeoutMs = totalTimeoutMs } = options;
  inRange("timeoutMs", timeoutMs, Number.NEGATIVE_INFINITY);
  const limitMs = timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY;
  const pollsBefore = loop.polls;
  const onDeadline = async (): Promise<void> => {
    const cancelRequested = await cancelAfter("timeout", loop, options);
    const facts = { timeoutMs, polls: loop.polls - pollsBefore, cancelRequested, metadata: metadata() };
    wait.fail(new WaitTimeoutError(loop.subject.ref, facts, loop.lastError));
  };
  const onSignal = async (): Promise<void> => {
    const cancelRequested = await cancelAfter("abort", loop, options);
    wait.fail(new WaitAbortedError(loop.subject.ref, signal?.reason, cancelRequested));
  };
  if (signal?.aborted && !loop.state?.done) {
    await onSignal();
    throw wait.failure;
  }

  wait.pending = loop.state !== undefined;
  wait.deadline = clock.now() + limitMs;
  let dropTimer = (): void => {};
  if (limitMs < Number.POSITIVE_INFINITY) {
    // Waits one more turn of the event loop, so that a response that arrives at the deadline wins over the timeout.
    const atDeadline = (): void => {
      dropTimer = clock.schedule(onDeadline, 0);
    };
    dropTimer = clock.schedule(atDeadline, limitMs, unref);
  }
  const ignoreAbort = signal && onAbort(signal, onSignal);
  const leave = loop.watch(wait);
  try {
    while (!wait.stopped) {
      const { state } = loop;
      // Yields a pending state before reporting a timeout or abort, because the state may be the outcome.
      if (wait.pending && state) {
        wait.pending = false;
        yield state;
        if (state.done) {
          return;
        }
      } else if (wait.failure) {
        throw wait.failure;
      } else {
        await wait.next();
      }
    }
  } finally {
    leave();
    dropTimer();
    ignoreAbort?.();
  }
}

/** Asks the server to cancel, if `cancelOn` includes this end of the wait. Returns whether the server accepted it. */
async function cancelAfter(end: WaitOptions["cancelOn"], loop: PollLoop, { cancelOn }: WaitOptions): Promise<boolean> {
  return (
    (cancelOn === end || cancelOn === "either") &&
    loop.cancel({}).then(
      () => true,
      () => false,
    )
  );
}
