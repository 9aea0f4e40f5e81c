import { Code, ConnectError } from "@connectrpc/connect";

/** Why the work on an operation should stop. */
export type InterruptionReason =
  /** A client asked to cancel it. */
  | "cancelled"
  /** A later operation with the same key has taken its place. */
  | "preempted"
  /** The lease has passed: another worker may run it already, and nothing that this one writes is kept. */
  | "lease-lost"
  /** This process is about to end: another worker will run it again. */
  | "draining";

const errors: Readonly<Record<InterruptionReason, [string, Code]>> = {
  cancelled: ["the operation was cancelled", Code.Canceled],
  preempted: ["a later operation has preempted this one", Code.Aborted],
  "lease-lost": ["the lease of the operation is lost: another worker may run it", Code.Aborted],
  draining: ["the process is about to end: another one will run the operation", Code.Unavailable],
};

/** The reason of an operation's signal. A handler may throw it as it is. */
export class OperationInterruption extends ConnectError {
  readonly reason: InterruptionReason;

  constructor(reason: InterruptionReason) {
    super(...errors[reason]);
    this.name = "OperationInterruption";
    this.reason = reason;
  }
}
