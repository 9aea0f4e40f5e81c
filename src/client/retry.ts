import { type CallOptions, Code, ConnectError } from "@connectrpc/connect";
import { failureOf } from "./browser-errors.ts";
import type { Clock } from "./clock.ts";
import { onAbort } from "./on-abort.ts";
import { backoffMs, type Polling, patienceMs, retryDelayMs } from "./polling.ts";
import type { Remote } from "./remote.ts";

/**
 * Repeats a call while it fails with transient errors: until the timeout in its options, or for `retryForMs` if it has
 * none. RESOURCE_EXHAUSTED counts only if the server requests a delay. Only for calls that have the same effect if the server receives them several times.
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
      const requestedMs = retryDelayMs(error);
      const delayMs = Math.max(requestedMs, backoffMs(polling, failures, clock.random()));
      const leftMs = startedAt + patienceMs(remote, limitMs) - clock.now() - delayMs;
      // A request can be too large, or a quota used up for a day, unless the server requests a delay.
      const isFinal = error.code === Code.ResourceExhausted && requestedMs === 0;
      if (leftMs <= 0 || isFinal || options.signal?.aborted || !polling.isTransient(error)) {
        throw error;
      }
      options.timeoutMs &&= Math.ceil(leftMs);
      await sleep(clock, delayMs, polling.unref, options.signal);
      if (options.signal?.aborted) {
        throw ConnectError.from(options.signal.reason, Code.Canceled);
      }
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
