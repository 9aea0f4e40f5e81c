import type { CallOptions } from "@connectrpc/connect";
import { failureOf } from "./browser-errors.ts";
import type { Clock } from "./clock.ts";
import { onAbort } from "./on-abort.ts";
import { backoffMs, type Polling, patienceMs, retryDelayMs } from "./polling.ts";
import type { Remote } from "./remote.ts";

/**
 * Repeats a call while it fails with transient errors: until the timeout in its options, or for `retryForMs` if it has
 * none. Only for calls that have the same effect if the server receives them several times.
 *
 * @param options The options of the call. The timeout is reduced to the time that is left.
 */
export async function retryTransient<T>(
  remote: Remote,
  polling: Polling,
  options: CallOptions,
  call: () => Promise<T>,
): Promise<T> {
  const { clock } = remote;
  const limitMs = options.timeoutMs || polling.retryForMs;
  const startedAt = clock.now();
  for (let failures = 0; ; failures++) {
    try {
      return await call();
    } catch (reason) {
      const error = failureOf(remote, reason);
      const delayMs = Math.max(retryDelayMs(error), backoffMs(polling, failures, clock.random()));
      const leftMs = startedAt + patienceMs(remote, limitMs) - clock.now() - delayMs;
      if (leftMs <= 0 || options.signal?.aborted || !polling.isTransient(error)) {
        throw error;
      }
      options.timeoutMs &&= Math.ceil(leftMs);
      await sleep(clock, delayMs, polling.unref, options.signal);
    }
  }
}

/** Resolves after a delay, or when the signal aborts. */
function sleep(clock: Clock, ms: number, unref: boolean, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      drop();
      ignoreAbort?.();
      resolve();
    };
    const drop = clock.schedule(end, ms, unref);
    const ignoreAbort = signal && onAbort(signal, end);
  });
}
