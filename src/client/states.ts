import type { Message } from "@bufbuild/protobuf";
import { WaitAbortedError, WaitTimeoutError } from "../operation/errors.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { onAbort } from "./on-abort.ts";
import type { WaitOptions } from "./operation.ts";
import type { PollLoop, Watcher } from "./poll-loop.ts";

/** What a wait has heard of its operation. */
class Ear implements Watcher {
  readonly live: boolean;
  readonly deadline: number;
  news: boolean;
  failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(live: boolean, deadline: number, news: boolean) {
    this.live = live;
    this.deadline = deadline;
    this.news = news;
  }

  onState(): void {
    this.news = true;
    this.#wake?.();
  }

  onError(error: Error): void {
    this.failure = error;
    this.#wake?.();
  }

  /** Resolves when there is something new. */
  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/**
 * The states of an operation: the one at hand, then each new one, until it is done. A slow reader skips to the latest.
 *
 * @param live Whether progress matters, rather than only the end.
 * @param metadata The latest metadata, for the error of a timeout.
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

  const ear = new Ear(live, clock.now() + limitMs, loop.state !== undefined);
  const pollsBefore = loop.polls;
  const onDeadline = async (): Promise<void> => {
    const cancelRequested = await cancelAfter("timeout", loop, options);
    const facts = { timeoutMs, polls: loop.polls - pollsBefore, cancelRequested, metadata: metadata() };
    ear.onError(new WaitTimeoutError(loop.subject.ref, facts, loop.lastError));
  };
  let dropTimer = (): void => {};
  if (limitMs < Number.POSITIVE_INFINITY) {
    // An answer that comes in at the deadline is one turn of the event loop away.
    const atDeadline = (): void => {
      dropTimer = clock.schedule(onDeadline, 0);
    };
    dropTimer = clock.schedule(atDeadline, limitMs, unref);
  }
  const ignoreAbort = signal && onAbort(signal, async () => ear.onError(await abortError(loop, options)));
  const leave = loop.watch(ear);
  try {
    while (true) {
      const { state } = loop;
      // News first: what has become of the operation outweighs how the wait ends.
      if (ear.news && state) {
        ear.news = false;
        yield state;
        if (state.done) {
          return;
        }
      } else if (ear.failure) {
        throw ear.failure;
      } else {
        await ear.listen();
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

/** Asks the server to cancel where that is wanted when a wait ends so. Returns whether the server has taken it. */
async function cancelAfter(end: WaitOptions["cancelOn"], loop: PollLoop, { cancelOn }: WaitOptions): Promise<boolean> {
  return (
    (cancelOn === end || cancelOn === "either") &&
    loop.cancel({}).then(
      () => true,
      () => false,
    )
  );
}
