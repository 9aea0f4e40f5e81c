import type { Message } from "@bufbuild/protobuf";
import type { OperationOutcome, OperationSnapshot, RawOperation } from "../operation/snapshot.ts";
import type { OperationCallOptions } from "./call-options.ts";

/**
 * A handle to a long-running operation on the server (AIP-151). Call `wait`, `outcome` and `updates` as often as you
 * like, even concurrently: all waits share one poll loop, which stops when the last wait ends.
 *
 * It is not a promise, so that an async function can return it without waiting for the operation.
 */
export interface Operation<R extends Message = Message, M extends Message = Message> {
  /**
   * The name that the server assigned. Empty if the operation was done when it was started and the server did not store
   * it.
   */
  readonly name: string;
  /** Whether the operation was done when its state was last read. */
  readonly done: boolean;
  /** The latest metadata. `undefined` if there is none yet, or if it is not of the method's metadata type. */
  readonly metadata: M | undefined;
  /** The latest state, as the server sent it. `undefined` if a resumed operation has not been read yet. */
  readonly raw: RawOperation | undefined;

  /**
   * Reads the state once with GetOperation and returns it. If the operation is known to be done, sends no request.
   *
   * @throws OperationPollError if the state cannot be read.
   * @throws WaitAbortedError if the signal aborts.
   * @throws OperationUnpackError if the operation succeeded but its response cannot be unpacked.
   */
  poll(options?: OperationCallOptions): Promise<OperationSnapshot<R, M>>;

  /**
   * Waits until the operation is done and returns its response.
   *
   * @throws OperationError if the operation failed or was cancelled.
   * @throws OperationPollError if the state cannot be read.
   * @throws WaitTimeoutError if the wait exceeds its timeout.
   * @throws WaitAbortedError if the signal aborts.
   * @throws OperationUnpackError if the operation succeeded but its response cannot be unpacked.
   */
  wait(options?: OutcomeOptions<M>): Promise<R>;

  /** Like `wait`, but returns the operation's failure instead of throwing it. */
  outcome(options?: OutcomeOptions<M>): Promise<OperationOutcome<R, M>>;

  /**
   * Yields the state that is already known, if any, then each new state as it is read. The last state is done and has
   * the outcome. If you read slowly, intermediate states are skipped. Throws the same errors as `wait`, except
   * OperationError.
   */
  updates(options?: WaitOptions): AsyncIterableIterator<OperationSnapshot<R, M>>;

  /**
   * Asks the server to cancel the operation and returns when the server accepts the request. The operation can still
   * succeed: call `outcome` for the result.
   *
   * @throws ConnectError if the call fails.
   * @throws OperationNameError if the operation has no name.
   */
  cancel(options?: OperationCallOptions): Promise<void>;

  /**
   * Tells the server that you no longer need the result. Does not cancel the operation.
   *
   * @throws ConnectError if the call fails.
   * @throws OperationNameError if the operation has no name.
   */
  delete(options?: OperationCallOptions): Promise<void>;

  /**
   * Returns a string to pass to `resume`, in this process or another. It contains the names of the operation and its
   * method, and no secrets.
   *
   * @throws OperationNameError if the operation has no name.
   */
  toToken(): string;
}

/** Options of a wait for an operation. */
export interface WaitOptions {
  /** Ends the wait when the signal aborts. The operation keeps running. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Maximum time to wait, in milliseconds. Default: `totalTimeoutMs` of the polling options. 0 or less means no limit,
   * even if `totalTimeoutMs` is set. To read the state without waiting, use `poll`.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether to ask the server to cancel the operation if the wait times out, if its signal aborts, or in either case.
   * The wait then ends when the server responds to that request. Default: the operation keeps running.
   */
  readonly cancelOn?: "timeout" | "abort" | "either" | undefined;
}

/** Options of a wait for the outcome of an operation. */
export interface OutcomeOptions<M extends Message = Message> extends WaitOptions {
  /**
   * Called with the metadata that are already known, if any, and then with each new metadata. `progressOf` reads a
   * percentage from them. If it throws, the wait ends with that error.
   */
  readonly onProgress?: ((metadata: M) => void) | undefined;
}
