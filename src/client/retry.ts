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
  let attempt = options;
  for (let failures = 0; ; failures++) {
    try {
      return await call(attempt);
    } catch (reason) {
      const error = ConnectError.from(reason);
      const delayMs = Math.max(backoffMs(polling, failures, clock.random()), retryDelayMs(error));
      const leftMs = end - clock.now() - delayMs;
      if (leftMs <= 0 || !polling.isTransient(error)) {
        throw reason;
      }
      await pause(delayMs, clock, polling.unref, signal);
      attempt = timeoutMs > 0 ? { ...options, timeoutMs: Math.ceil(leftMs) } : options;
    }
  }
}

/** Resolves after a delay. Rejects if the signal aborts. */
function pause(delayMs: number, clock: Clock, unref: boolean, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      drop();
      ignoreAbort?.();
      signal?.aborted ? reject(ConnectError.from(signal.reason, Code.Canceled)) : resolve();
    };
    const drop = clock.schedule(end, delayMs, unref);
    const ignoreAbort = signal && onAbort(signal, end);
    if (signal?.aborted) {
      end();
    }
  });
}
