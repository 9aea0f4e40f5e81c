import type { Operation as RawOperation } from "../gen/google/longrunning/operations_pb.js";
import { OperationAbortedError } from "../operation/errors.js";
import type { PollLoop } from "./poll-loop.js";

/** How long to watch an operation, and for what. */
export interface StatesOptions {
  /** Whether progress matters, rather than only the end. */
  readonly live: boolean;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** Makes the error of a watch that has timed out, after so many polls. */
  readonly expire: (polls: number) => Promise<Error>;
}

/** The states of an operation: the one at hand, then each new one, until it is done. A slow reader skips to the latest. */
export async function* states(loop: PollLoop, options: StatesOptions): AsyncGenerator<RawOperation, undefined> {
  const { live, signal, timeoutMs, expire } = options;
  const { ref, remote, polling } = loop.subject;
  const { clock } = remote;
  const aborted = (): Error => new OperationAbortedError(ref, signal?.reason);
  if (loop.state?.done) {
    yield loop.state;
    return;
  }
  if (signal?.aborted) {
    throw aborted();
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
  const onAbort = (): void => onError(aborted());
  signal?.addEventListener("abort", onAbort);
  const leave = loop.watch({ live, deadline: clock.now() + timeoutMs, onState, onError });
  const pollsBefore = loop.polls;
  const timer = { drop: (): void => {} };
  if (Number.isFinite(timeoutMs)) {
    const onDeadline = async (): Promise<void> => onError(await expire(loop.polls - pollsBefore));
    // An answer that comes in at the deadline is one turn of the event loop away.
    const atDeadline = (): void => {
      timer.drop = clock.schedule(onDeadline, 0);
    };
    timer.drop = clock.schedule(atDeadline, timeoutMs, polling.unref);
  }

  try {
    while (true) {
      const state = loop.state;
      // News first: what has become of the operation outweighs how the wait ended.
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
    timer.drop();
    signal?.removeEventListener("abort", onAbort);
  }
}
