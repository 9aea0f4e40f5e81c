import type { Message } from "@bufbuild/protobuf";
import { WaitAbortedError, WaitTimeoutError } from "../operation/errors.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { onAbort } from "./on-abort.ts";
import type { WaitOptions } from "./operation.ts";
import type { PollLoop, Watcher } from "./poll-loop.ts";

/** Collects what the poll loop reports to one wait. */
class Wait implements Watcher {
  readonly live: boolean;
  readonly deadline: number;
  /** Whether there is a state that was not yielded yet. */
  pending: boolean;
  failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(live: boolean, deadline: number, pending: boolean) {
    this.live = live;
    this.deadline = deadline;
    this.pending = pending;
  }

  onState(): void {
    this.pending = true;
    this.#wake?.();
  }

  onError(error: Error): void {
    this.failure = error;
    this.#wake?.();
  }

  /** Resolves at the next state or error. */
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
 * @param live Whether the reader needs intermediate states, and not only the outcome.
 * @param metadata Returns the latest metadata, for WaitTimeoutError.
 */
export async function* states(
  loop: PollLoop,
  live: boolean,
  metadata: () => Message | undefined,
  options: WaitOptions = {},
): AsyncGenerator<RawOperation, undefined> {
  const { clock } = loop.subject.remote;
  const { totalTimeoutMs, unref } = loop.subject.polling;
  const { signal, timeoutMs = totalTimeoutMs } = options;
  const limitMs = timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY;
  if (signal?.aborted && !loop.state?.done) {
    throw await abortError(loop, options);
  }

  const wait = new Wait(live, clock.now() + limitMs, loop.state !== undefined);
  const pollsBefore = loop.polls;
  const onDeadline = async (): Promise<void> => {
    const cancelRequested = await cancelAfter("timeout", loop, options);
    const facts = { timeoutMs, polls: loop.polls - pollsBefore, cancelRequested, metadata: metadata() };
    wait.onError(new WaitTimeoutError(loop.subject.ref, facts, loop.lastError));
  };
  let dropTimer = (): void => {};
  if (limitMs < Number.POSITIVE_INFINITY) {
    // Waits one more turn of the event loop, so that a response that arrives at the deadline wins over the timeout.
    const atDeadline = (): void => {
      dropTimer = clock.schedule(onDeadline, 0);
    };
    dropTimer = clock.schedule(atDeadline, limitMs, unref);
  }
  const ignoreAbort = signal && onAbort(signal, async () => wait.onError(await abortError(loop, options)));
  const leave = loop.watch(wait);
  try {
    while (true) {
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

async function abortError(loop: PollLoop, options: WaitOptions): Promise<Error> {
  const cancelRequested = await cancelAfter("abort", loop, options);
  return new WaitAbortedError(loop.subject.ref, options.signal?.reason, cancelRequested);
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
