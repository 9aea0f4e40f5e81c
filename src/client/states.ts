import type { Message } from "@bufbuild/protobuf";
import { WaitAbortedError, WaitTimeoutError } from "../operation/errors.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { onAbort } from "./on-abort.ts";
import type { WaitOptions } from "./operation.ts";
import type { PollLoop } from "./poll-loop.ts";

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
  const { ref, remote, polling } = loop.subject;
  const { clock } = remote;
  const { signal, timeoutMs = polling.totalTimeoutMs } = options;
  const limitMs = timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY;
  if (signal?.aborted && !loop.state?.done) {
    throw await abortion(loop, options);
  }

  let news = loop.state !== undefined;
  let failure: Error | undefined;
  let wake = (): void => {};
  const onState = (): void => {
    news = true;
    wake();
  };
  const onError = (error: Error): void => {
    failure = error;
    wake();
  };
  const pollsBefore = loop.polls;
  const onDeadline = async (): Promise<void> => {
    const cancelRequested = await cancelAfter("timeout", loop, options);
    const facts = { timeoutMs, polls: loop.polls - pollsBefore, cancelRequested, metadata: metadata() };
    onError(new WaitTimeoutError(ref, facts, loop.lastError));
  };

  let dropTimer = (): void => {};
  if (limitMs < Number.POSITIVE_INFINITY) {
    // An answer that comes in at the deadline is one turn of the event loop away.
    const atDeadline = (): void => {
      dropTimer = clock.schedule(onDeadline, 0);
    };
    dropTimer = clock.schedule(atDeadline, limitMs, polling.unref);
  }
  const ignoreAbort = signal && onAbort(signal, async () => onError(await abortion(loop, options)));
  const leave = loop.watch({ live, deadline: clock.now() + limitMs, onState, onError });
  try {
    while (true) {
      const { state } = loop;
      // News first: what has become of the operation outweighs how the wait ends.
      if (news && state) {
        news = false;
        yield state;
        if (state.done) {
          return;
        }
      } else if (failure) {
        throw failure;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    leave();
    dropTimer();
    ignoreAbort?.();
  }
}

async function abortion(loop: PollLoop, options: WaitOptions): Promise<Error> {
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
