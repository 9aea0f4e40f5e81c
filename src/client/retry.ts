import { Code, ConnectError } from "@connectrpc/connect";
import type { OperationCallOptions } from "./call-options.ts";
import type { Clock } from "./clock.ts";
import { onAbort } from "./on-abort.ts";
import { backoffMs, type Polling, retryDelayMs } from "./polling.ts";

/**
 * Repeats a call that has the same effect however often the server receives it, while it fails with transient errors.
 * Gives up at the timeout of the call, or after `retryForMs` if it has none, and when its signal aborts.
 */
export async function retryTransient<T, O extends OperationCallOptions>(
  call: (options: O) => Promise<T>,
  options: O,
  polling: Polling,
  clock: Clock,
): Promise<T> {
  const { signal, timeoutMs = 0 } = options;
  const end = clock.now() + (timeoutMs > 0 ? timeoutMs : polling.retryForMs);
  for (let failures = 0; ; failures++) {
    const left = timeoutMs > 0 ? { timeoutMs: Math.ceil(end - clock.now()) } : {};
    try {
      return await call({ ...options, ...left });
    } catch (reason) {
      const error = ConnectError.from(reason);
      const delayMs = Math.max(backoffMs(polling, failures, clock.random()), retryDelayMs(error));
      if (signal?.aborted || !polling.isTransient(error) || clock.now() + delayMs >= end) {
        throw reason;
      }
      await sleep(delayMs, clock, polling.unref, signal);
      if (signal?.aborted) {
        throw ConnectError.from(signal.reason, Code.Canceled);
      }
    }
  }
}

/** Resolves after a delay, or when the signal aborts. */
function sleep(delayMs: number, clock: Clock, unref: boolean, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      drop();
      ignoreAbort?.();
      resolve();
    };
    const drop = clock.schedule(wake, delayMs, unref);
    const ignoreAbort = signal && onAbort(signal, wake);
  });
}
