import type { Message } from "@bufbuild/protobuf";
import type { OperationOutcome, OperationSnapshot, RawOperation } from "../operation/snapshot.ts";
import type { OperationCallOptions } from "./call-options.ts";

/**
 * A long-running operation at the server. It can be waited for any number of times, also at the same time: all waits
 * share one poll loop, which stops with the last of them.
 *
 * It is not a promise, so that an async function can return it without waiting for its end.
 */
export interface Operation<R extends Message = Message, M extends Message = Message> {
  /** The name that the server gave it. Empty for an operation that was done at once and is not stored. */
  readonly name: string;
  /** Whether it had ended when its state was last read. */
  readonly done: boolean;
  /** The latest metadata. Undefined where there is none yet, or it is of another type than the method promises. */
  readonly metadata: M | undefined;
  /** The latest state, as the server sent it. Undefined for a resumed operation that has not been read yet. */
  readonly raw: RawOperation | undefined;

  /**
   * Reads the state once, unless it is done.
   *
   * @throws OperationPollError if the state cannot be read.
   * @throws WaitAbortedError if the signal aborts.
   */
  poll(options?: OperationCallOptions): Promise<OperationSnapshot<R, M>>;

  /**
   * Waits for the response.
   *
   * @throws OperationError if the operation failed or was cancelled.
   * @throws OperationPollError if the state cannot be read.
   * @throws WaitTimeoutError if the wait takes longer than its timeout.
   * @throws WaitAbortedError if the signal aborts.
   * @throws OperationUnpackError if the response is not what the method promises.
   */
  wait(options?: WaitOptions): Promise<R>;

  /** Waits as `wait` does, and returns the operation's own failure rather than to throw it. */
  outcome(options?: WaitOptions): Promise<OperationOutcome<R, M>>;

  /**
   * The states of the operation as they are read, until it is done: what is known now first, last the one that has the
   * outcome. A slow reader skips to the latest. Throws as `wait` does, except for the operation's own failure.
   */
  updates(options?: WaitOptions): AsyncIterableIterator<OperationSnapshot<R, M>>;

  /**
   * Asks the server to cancel the operation, and returns when it has taken the request. The operation may still succeed.
   *
   * @throws ConnectError if the server refuses.
   * @throws OperationNameError if the operation has no name.
   */
  cancel(options?: OperationCallOptions): Promise<void>;

  /**
   * Tells the server that nobody needs the result any more. This does not cancel the operation.
   *
   * @throws ConnectError if the server refuses.
   * @throws OperationNameError if the operation has no name.
   */
  delete(options?: OperationCallOptions): Promise<void>;

  /**
   * A text with which `resume` finds the operation again, in this process or another. It holds no secrets.
   *
   * @throws OperationNameError if the operation has no name.
   */
  toToken(): string;
}

/** How long to wait for an operation. */
export interface WaitOptions {
  /** Ends the wait when it aborts. The operation goes on. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long to wait, in milliseconds. By default as the polling options say; 0 or less is without limit, whatever they
   * say. To look without waiting, use `poll`.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Whether the operation is asked to cancel when the wait times out, when its signal aborts, or in either case. The wait
   * then ends when the server has answered. Default: the operation goes on.
   */
  readonly cancelOn?: "timeout" | "abort" | "either" | undefined;
}
