import { Code, ConnectError } from "@connectrpc/connect";

/** Why a handler should stop. */
export type OperationInterruptionReason =
  /**
   * A client requested cancellation. If the handler returns a response, it is still stored. If it throws a
   * ConnectError, the operation fails with that error; any other error becomes CANCELED.
   */
  | "cancelled"
  /** A later operation with the same key preempted this one, which is already done. Writes are rejected. */
  | "preempted"
  /** The lease expired: another worker may already run the operation. Writes are rejected. */
  | "lease-lost"
  /**
   * This process is shutting down. A response is still stored if the handler returns in time. Otherwise, and if the
   * handler throws, another worker runs the operation again.
   */
  | "draining";

const texts: Readonly<Record<OperationInterruptionReason, readonly [message: string, code: Code]>> = {
  cancelled: ["the operation was cancelled", Code.Canceled],
  preempted: ["a later operation with the same key preempted this one", Code.Aborted],
  "lease-lost": ["the lease of the operation was lost: another worker may run it", Code.Aborted],
  draining: ["the process is shutting down: another one will run the operation", Code.Unavailable],
};

/**
 * The reason of an operation's signal. If a handler rethrows it, directly or as the `cause` of another error, a
 * cancelled operation fails with CANCELED.
 */
export class OperationInterruption extends Error {
  /** Why the handler should stop. */
  readonly reason: OperationInterruptionReason;
  /** The code of the ConnectError. */
  readonly code: Code;

  constructor(reason: OperationInterruptionReason) {
    const [message, code] = texts[reason];
    super(message);
    this.name = "OperationInterruption";
    this.reason = reason;
    this.code = code;
  }

  /** Converts this error to a ConnectError. */
  toConnectError(): ConnectError {
    return new ConnectError(this.message, this.code, undefined, undefined, this);
  }

  /** Compares names, so that `instanceof` also recognizes errors from another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): value is OperationInterruption {
    return value instanceof Error && value.name === "OperationInterruption" && "reason" in value;
  }
}

/** Limits the search in chains of causes, which can be cyclic. */
const maxCauses = 10;

/** Finds an interruption in an error or its causes. */
export function interruptionIn(error: unknown): OperationInterruption | undefined {
  let at = error;
  for (let depth = 0; depth < maxCauses && at instanceof Error; depth++) {
    if (at instanceof OperationInterruption) {
      return at;
    }
    at = at.cause;
  }
  return undefined;
}
