import { Code, ConnectError } from "@connectrpc/connect";

/** Why the work on an operation should stop. */
export type OperationInterruptionReason =
  /** A client asked to cancel it. */
  | "cancelled"
  /** A later operation with the same key has taken its place. */
  | "preempted"
  /** The lease has passed: another worker may run it already, and nothing that this one writes is kept. */
  | "lease-lost"
  /** This process is about to end: another worker will run it again. */
  | "draining";

const texts: Readonly<Record<OperationInterruptionReason, readonly [message: string, code: Code]>> = {
  cancelled: ["the operation was cancelled", Code.Canceled],
  preempted: ["a later operation has preempted this one", Code.Aborted],
  "lease-lost": ["the lease of the operation is lost: another worker may run it", Code.Aborted],
  draining: ["the process is about to end: another one will run the operation", Code.Unavailable],
};

/** The reason of an operation's signal. A handler may rethrow it, as it is or as the cause of another error. */
export class OperationInterruption extends Error {
  /** Why the work should stop. */
  readonly reason: OperationInterruptionReason;
  /** The code that the operation ends with, if the handler rethrows this. */
  readonly code: Code;

  constructor(reason: OperationInterruptionReason) {
    const [message, code] = texts[reason];
    super(message);
    this.name = "OperationInterruption";
    this.reason = reason;
    this.code = code;
  }

  /** The same as an error of Connect. */
  toConnectError(): ConnectError {
    return new ConnectError(this.message, this.code, undefined, undefined, this);
  }

  /** Also knows those of another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): value is OperationInterruption {
    return value instanceof Error && value.name === "OperationInterruption" && "reason" in value;
  }
}

/** How deep a chain of causes may be. */
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
