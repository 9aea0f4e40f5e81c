/*
 * A model of a store of operations, without a database: which claims are granted, and the effect of each write.
 */
import type { ClaimState, Parallel } from "../src/server/operation-store.ts";

/** Maximum number of attempts before the operation fails. */
export const maxAttempts = 2;

/** An operation and the state of its job. The job is the right to run the operation. */
export interface ModelOperation {
  readonly parallel: Parallel;
  readonly key: string | undefined;
  attempt: number;
  crashes: number;
  job: "waits" | "held" | "gone";
  /** The current claim on the job. */
  holder: ModelClaim | undefined;
  cancelRequested: boolean;
  metadata: string | undefined;
  /** The outcome, once the operation is done. */
  end: "printed" | "cancelled" | "preempted" | "crashed" | undefined;
  deleted: boolean;
  forgotten: boolean;
}

export interface ModelClaim {
  readonly operation: ModelOperation;
  readonly attempt: number;
}

/** All operations, in the order of their start. */
export class OperationModel {
  readonly operations: ModelOperation[] = [];

  /** Returns `undefined` if the start is rejected. */
  start(parallel: Parallel, key: string | undefined): ModelOperation | undefined {
    const rivals = this.operations.filter((other) => other.parallel === parallel && other.key === key);
    if (parallel === "abort" && rivals.some(({ job }) => job !== "gone")) {
      return undefined;
    }
    for (const rival of parallel === "preempt" ? rivals.filter(({ end }) => end === undefined) : []) {
      rival.end = "preempted";
      rival.job = rival.attempt === 0 ? "gone" : rival.job;
    }
    const operation: ModelOperation = {
      ...{ parallel, key, attempt: 0, crashes: 0, job: "waits", holder: undefined, cancelRequested: false },
      ...{ metadata: undefined, end: undefined, deleted: false, forgotten: false },
    };
    this.operations.push(operation);
    return operation;
  }

  claim(): ModelClaim[] {
    return this.operations
      .filter((operation) => this.#isNext(operation))
      .flatMap((operation) => {
        operation.job = operation.end === undefined ? "held" : "gone";
        operation.holder = operation.end === undefined ? { operation, attempt: ++operation.attempt } : undefined;
        return operation.holder ?? [];
      });
  }

  /** Returns whether the operation can run now. Must be called for all operations before the first is claimed. */
  #isNext(operation: ModelOperation): boolean {
    const { parallel, key, job } = operation;
    const before = this.operations.slice(0, this.operations.indexOf(operation));
    const queues = parallel === "queue" || parallel === "preempt";
    return (
      job === "waits" && !(queues && before.some((o) => o.parallel === parallel && o.key === key && o.job !== "gone"))
    );
  }

  renew(claim: ModelClaim): ClaimState {
    const { attempt, forgotten, end, holder, cancelRequested } = claim.operation;
    if (forgotten || attempt !== claim.attempt) {
      return "lost";
    }
    if (end !== undefined) {
      return end === "printed" ? "completed" : "preempted";
    }
    return holder !== claim ? "lost" : cancelRequested ? "cancelled" : "held";
  }

  writeMetadata({ operation, attempt }: ModelClaim, metadata: string): boolean {
    const holds = operation.end === undefined && operation.attempt === attempt;
    operation.metadata = holds ? metadata : operation.metadata;
    return holds;
  }

  settle(claim: ModelClaim): boolean {
    const { operation } = claim;
    const ends = operation.holder === claim && operation.end === undefined;
    operation.end ??= ends ? "printed" : undefined;
    if (operation.holder === claim) {
      this.#free(operation, "gone");
    }
    return ends;
  }

  release(claim: ModelClaim): void {
    if (claim.operation.holder === claim) {
      this.#free(claim.operation, "waits");
    }
  }

  cancel(operation: ModelOperation): void {
    if (operation.end === undefined && operation.attempt === 0) {
      operation.end = "cancelled";
      operation.job = "gone";
    }
    operation.cancelRequested ||= operation.end === undefined;
  }

  expire(operation: ModelOperation): void {
    operation.forgotten ||= operation.end !== undefined;
  }

  /** All workers crash, and their leases expire. */
  crash(): void {
    for (const operation of this.operations.filter(({ job }) => job === "held")) {
      const isDead = ++operation.crashes === maxAttempts;
      this.#free(operation, isDead ? "gone" : "waits");
      const end = operation.cancelRequested ? "cancelled" : "crashed";
      operation.end ??= isDead ? end : undefined;
    }
  }

  #free(operation: ModelOperation, job: "waits" | "gone"): void {
    operation.job = job;
    operation.holder = undefined;
  }
}
