import { type DescMessage, fromBinary, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { unpackAny } from "../../operation/any.ts";
import type { CommitScope } from "../commit-scope.ts";
import type { Claim, ClaimState, OperationStore, Result, Transaction } from "../engine.ts";
import type { RunningOperation } from "../handler.ts";
import { type InterruptionReason, OperationInterruption } from "../interruption.ts";
import type { ServedMethod } from "../method.ts";
import { type Packed, pack } from "../result.ts";
import type { MaybePromise } from "../stub.ts";
import { Progress } from "./progress.ts";
import { untilAnswered } from "./retry.ts";

/** What all work of a process shares. */
export interface WorkContext {
  readonly store: OperationStore;
  readonly commitScope: CommitScope;
}

type CommitFunction = (tx: Transaction) => MaybePromise<MessageInitShape<DescMessage>>;

/** The work on a claimed operation, from the claim to its settlement. */
export class Work {
  readonly claim: Claim;
  readonly method: ServedMethod;
  /** What the handler sees of it. */
  readonly operation: RunningOperation<DescMessage, DescMessage>;
  readonly #store: OperationStore;
  readonly #commitScope: CommitScope;
  readonly #progress: Progress;
  readonly #controller = new AbortController();
  #committing = false;
  #committed = false;

  constructor(claim: Claim, method: ServedMethod, { store, commitScope }: WorkContext) {
    this.claim = claim;
    this.method = method;
    this.#store = store;
    this.#commitScope = commitScope;
    this.#progress = new Progress((metadata) => this.#writeMetadata(metadata));
    const { name, principal, metadata } = claim.operation;
    const unpacked = metadata && unpackAny(fromBinary(AnySchema, metadata), method.types.metadata);
    this.operation = {
      name,
      principal,
      attempt: claim.attempt,
      metadata: unpacked && "message" in unpacked ? unpacked.message : undefined,
      signal: this.#controller.signal,
      update: (metadata) => this.#update(metadata),
      commit: (work) => this.#commit(work),
    };
  }

  get name(): string {
    return this.claim.operation.name;
  }

  /** Whether `commit` has ended the operation. */
  get committed(): boolean {
    return this.#committed;
  }

  /** Why the work should stop, if it should. */
  get interruption(): InterruptionReason | undefined {
    return (this.#controller.signal.reason as OperationInterruption | undefined)?.reason;
  }

  /** Tells the handler to stop. A claim that is lost stays lost, whatever else comes to light. */
  interrupt(reason: InterruptionReason): void {
    this.#controller.abort(new OperationInterruption(reason));
  }

  /** Takes note of what a renewal has found. An operation that has committed is done, and there is nothing to stop. */
  observe(state: ClaimState): void {
    if (state !== "held" && !this.#committed) {
      this.interrupt(state === "lost" ? "lease-lost" : state);
    }
  }

  /** Ends the operation with a result and the last metadata. False if the claim is lost. */
  async settle(result: Result): Promise<boolean> {
    await this.#progress.pause();
    return await this.#store.settle(this.claim, { result, metadata: this.#progress.unwritten });
  }

  async #update(metadata: MessageInitShape<DescMessage>): Promise<void> {
    this.#refuseIfEnded();
    await this.#progress.set(pack(this.method.types.metadata, metadata).any);
  }

  async #commit(work: CommitFunction): Promise<Message> {
    this.#refuseIfEnded();
    if (this.#committing) {
      throw new Error(`operation ${this.name} is being committed already: call commit once`);
    }
    this.#committing = true;
    await this.#progress.pause();
    try {
      return await this.#settleWith(work);
    } finally {
      this.#committing = false;
      if (!this.#committed) {
        this.#progress.resume();
      }
    }
  }

  async #settleWith(work: CommitFunction): Promise<Message> {
    let packed: Packed<DescMessage> | undefined;
    const settled = await untilAnswered(
      () =>
        this.#store.settle(this.claim, async (tx) => {
          const response = await this.#commitScope.run(this.name, async () => work(tx));
          packed = pack(this.method.types.response, response);
          return { result: { response: packed.any }, metadata: this.#progress.unwritten };
        }),
      () => this.#controller.signal.throwIfAborted(),
    );
    if (!settled || packed === undefined) {
      await this.#interruptAsRefused();
      throw this.#controller.signal.reason;
    }
    this.#committed = true;
    return packed.message;
  }

  async #writeMetadata(metadata: Uint8Array): Promise<void> {
    if (!(await this.#store.writeMetadata(this.claim, metadata))) {
      await this.#interruptAsRefused();
      throw this.#controller.signal.reason;
    }
  }

  #refuseIfEnded(): void {
    if (this.#committed) {
      throw new Error(`operation ${this.name} has ended: its commit was its last write`);
    }
    if (this.interruption === "lease-lost" || this.interruption === "preempted") {
      throw this.#controller.signal.reason;
    }
  }

  /** Finds out why a write was refused. */
  async #interruptAsRefused(): Promise<void> {
    const [state = "lost"] = await this.#store.renew([this.claim]);
    this.observe(state === "preempted" ? state : "lost");
  }
}
