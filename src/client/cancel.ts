import { failureOf } from "./browser-errors.ts";
import type { OperationCallOptions } from "./call-options.ts";
import type { Clock } from "./clock.ts";
import { onAbort } from "./on-abort.ts";
import { backoffMs, patienceMs, retryDelayMs } from "./polling.ts";
import { callOptions, type Subject } from "./subject.ts";

/** Asks the server to cancel an operation. Repeats the call within its timeout if it fails with a transient error. */
export async function requestCancel(subject: Subject, options: OperationCallOptions): Promise<void> {
  const { ref, remote, polling } = subject;
  const { operations, clock } = remote;
  const call = callOptions(subject, options);
  const limitMs = call.timeoutMs || polling.retryForMs;
  const startedAt = clock.now();
  for (let failures = 0; ; failures++) {
    try {
      await operations.cancelOperation({ name: ref.name }, call);
      return;
    } catch (reason) {
      const error = failureOf(remote, reason);
      const delayMs = Math.max(retryDelayMs(error), backoffMs(polling, failures, clock.random()));
      const leftMs = startedAt + patienceMs(remote, limitMs) - clock.now() - delayMs;
      if (leftMs <= 0 || call.signal?.aborted || !polling.isTransient(error)) {
        throw error;
      }
      call.timeoutMs &&= Math.ceil(leftMs);
      await sleep(clock, delayMs, call.signal);
    }
  }
}

/** Resolves after a delay, or when the signal aborts. */
function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      drop();
      ignoreAbort?.();
      resolve();
    };
    const drop = clock.schedule(end, ms);
    const ignoreAbort = signal && onAbort(signal, end);
  });
}
