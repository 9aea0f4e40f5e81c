import { WaitTimeoutError } from "../operation/errors.ts";
import type { OperationOutcome } from "../operation/snapshot.ts";
import { type Clock, systemClock } from "./clock.ts";
import { onAbort } from "./on-abort.ts";
import type { Operation, WaitOptions } from "./operation.ts";

/** Options of a wait for several operations. `signal` and `timeoutMs` apply to all of them together. */
export interface WaitAllOptions extends Pick<WaitOptions, "signal" | "timeoutMs"> {
  /**
   * Maximum number of operations that are polled concurrently. If there are more operations, they take turns, and
   * `totalTimeoutMs` of their polling options does not apply. Default 20.
   */
  readonly concurrency?: number | undefined;
  /** The source of time, which tests replace. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** An operation that is done, with its outcome. */
export type DoneOperation<O extends Operation = Operation> =
  O extends Operation<infer R, infer M> ? { readonly operation: O; readonly outcome: OperationOutcome<R, M> } : never;

/** The responses of operations, in the same order. */
export type ResponsesOf<T extends readonly Operation[]> = {
  -readonly [K in keyof T]: T[K] extends Operation<infer R, infer _> ? R : never;
};

/**
 * Waits until all operations are done and returns their responses in the same order. Throws as `Operation.wait` does if
 * an operation fails or cannot be read; the other operations keep running.
 */
export async function waitAll<const T extends readonly Operation[]>(
  operations: T,
  options?: WaitAllOptions,
): Promise<ResponsesOf<T>> {
  const responses = new Map<Operation, unknown>();
  for await (const { operation, outcome } of outcomesOf<Operation>(operations, options)) {
    if (outcome.status !== "succeeded") {
      throw outcome.error;
    }
    responses.set(operation, outcome.response);
  }
  return operations.map((operation) => responses.get(operation)) as ResponsesOf<T>;
}

/**
 * Waits until one of the operations is done and returns that operation with its outcome. The others keep running.
 * Throws the errors of `Operation.outcome`.
 *
 * @throws RangeError if there are no operations.
 */
export async function raceAll<O extends Operation>(
  operations: Iterable<O>,
  options?: WaitAllOptions,
): Promise<DoneOperation<O>> {
  for await (const done of outcomesOf(operations, options)) {
    return done;
  }
  throw new RangeError("operations is empty: pass at least one operation to raceAll");
}

/**
 * Yields operations with their outcomes, in the order in which they become done. Throws the errors of
 * `Operation.outcome`. An operation that is passed twice is yielded once.
 *
 * @throws RangeError if `concurrency` is less than 1.
 */
export async function* outcomesOf<O extends Operation>(
  operations: Iterable<O>,
  { signal, timeoutMs = 0, concurrency = 20, clock = systemClock }: WaitAllOptions = {},
): AsyncGenerator<DoneOperation<O>, undefined> {
  if (!(concurrency >= 1)) {
    throw new RangeError(`concurrency is ${concurrency}: set it to at least 1`);
  }
  const deadline = timeoutMs > 0 ? clock.now() + timeoutMs : Number.POSITIVE_INFINITY;
  const queue = Array.from(new Set(operations), (operation) => ({ operation, turns: 0 }));
  const running = new Map<Entry, Promise<Turn>>();
  const abort = new AbortController();
  const stop = (): void => abort.abort(signal?.reason);
  const ignoreAbort = signal && onAbort(signal, stop);
  if (signal?.aborted) {
    stop();
  }
  try {
    while (queue.length + running.size > 0) {
      for (const entry of queue.splice(0, concurrency - running.size)) {
        const turnMs = queue.length > 0 ? Math.min(firstTurnMs * 2 ** entry.turns++, maxTurnMs) : undefined;
        running.set(entry, takeTurn(entry, abort.signal, deadline - clock.now(), turnMs));
      }
      const { entry, outcome } = await Promise.race(running.values());
      running.delete(entry);
      if (outcome) {
        yield { operation: entry.operation, outcome } as unknown as DoneOperation<O>;
      } else {
        queue.push(entry as (typeof queue)[number]);
      }
    }
  } finally {
    ignoreAbort?.();
    stop();
  }
}

// Turns become longer, because each starts again with short delays between polls.
const firstTurnMs = 1_000;
const maxTurnMs = 30_000;

interface Entry {
  readonly operation: Operation;
  turns: number;
}

interface Turn {
  readonly entry: Entry;
  /** Not set if the operation was not done at the end of the turn. */
  readonly outcome?: OperationOutcome;
}

/** Waits for an operation, at most for a turn if there is a limit. */
async function takeTurn(entry: Entry, signal: AbortSignal, leftMs: number, turnMs = leftMs): Promise<Turn> {
  const timeoutMs = Math.max(Math.min(leftMs, turnMs), 1);
  const limit = timeoutMs < Number.POSITIVE_INFINITY ? { timeoutMs } : {};
  try {
    return { entry, outcome: await entry.operation.outcome({ signal, ...limit }) };
  } catch (error) {
    if (error instanceof WaitTimeoutError && turnMs < leftMs) {
      return { entry };
    }
    throw error;
  }
}
