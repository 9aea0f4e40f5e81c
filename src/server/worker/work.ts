import { create, fromBinary, type Message } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { unpackAny } from "../../operation/any.ts";
import type { InitOf, LroResponseInit } from "../../operation/message-init.ts";
import type { CommitScope } from "../commit-scope.ts";
import type { LroTransaction, RunningOperation } from "../handler.ts";
import type { MaybePromise } from "../implementation.ts";
import { OperationInterruption, type OperationInterruptionReason } from "../interruption.ts";
import type { Log, LroLogEntry } from "../log.ts";
import type { ServedMethod } from "../method.ts";
import type { Claim, ClaimState, OperationStore, Result } from "../operation-store.ts";
import { type Packed, pack } from "../result.ts";
import { Progress } from "./progress.ts";
import { untilAvailable } from "./retry.ts";
import { within } from "./time-limit.ts";

/** The dependencies that all work of a process shares. */
export interface WorkContext {
  readonly store: OperationStore;
  readonly commitScope: CommitScope;
  readonly log: Log;
}

type CommitFunction = (tx: LroTransaction) => MaybePromise<LroResponseInit<Message>>;

/** One attempt at an operation, from the claim to its settlement. */
export class Work {
  readonly claim: Claim;
  readonly method: ServedMethod;
  /** The object that the handler gets. */
  readonly operation: RunningOperation;
  readonly #store: OperationStore;
  readonly #commitScope: CommitScope;
  readonly #progress: Progress;
  readonly #controller = new AbortController();
  #metadata: Message | undefined;
  #committing = false;
  #committed = false;
  /** Whether the operation is done or its handler has returned. */
  #ended = false;

  readonly #log: Log;
  readonly #onInterrupt: (work: Work, reason: OperationInterruptionReason) => void;

  /** @param onInterrupt Called when the handler is interrupted. */
  constructor(
    claim: Claim,
    method: ServedMethod,
    { store, commitScope, log }: WorkContext,
    onInterrupt: (work: Work, reason: OperationInterruptionReason) => void,
  ) {
    this.#log = log;
    this.#onInterrupt = onInterrupt;
    this.claim = claim;
    this.method = method;
    this.#store = store;
    this.#commitScope = commitScope;
    this.#progress = new Progress((metadata) => this.#writeMetadata(metadata));
    const { name, principal, metadata } = claim.operation;
    const unpacked = metadata && unpackAny(fromBinary(AnySchema, metadata), method.types.metadata);
    this.#metadata = unpacked && "message" in unpacked ? unpacked.message : undefined;
    const latest = (): Message | undefined => this.#metadata;
    this.operation = {
      name,
      principal,
      attempt: claim.attempt,
      signal: this.#controller.signal,
      get metadata() {
        return latest();
      },
      update: (metadata) => this.#update(metadata),
      commit: (work) => this.#commit(work),
    };
  }

  get name(): string {
    return this.claim.operation.name;
  }

  /** The facts of each log entry about this attempt. */
  get about(): Pick<LroLogEntry, "operation" | "method" | "attempt"> {
    return { operation: this.name, method: this.method.name, attempt: this.claim.attempt };
  }

  /** Whether `commit` completed the operation. */
  get committed(): boolean {
    return this.#committed;
  }

  /** The reason of the interruption, if the handler should stop. */
  get interruption(): OperationInterruptionReason | undefined {
    return (this.#controller.signal.reason as OperationInterruption | undefined)?.reason;
  }

  /** Interrupts the handler. Only the first interruption has an effect. */
  interrupt(reason: OperationInterruptionReason): void {
    if (!this.#controller.signal.aborted) {
      this.#controller.abort(new OperationInterruption(reason));
      this.#onInterrupt(this, reason);
    }
  }

  /** Interrupts the handler if a renewal shows that it should stop. */
  observe(state: ClaimState): void {
    if (state !== "held" && state !== "completed" && !this.#ended) {
      this.interrupt(state === "lost" ? "lease-lost" : state);
    }
  }

  /** Completes the operation with a result and the latest metadata. Returns false if the claim is lost. */
  async settle(result: Result): Promise<boolean> {
    this.#ended = true;
    await this.#progress.pause();
    return await this.#store.settle(this.claim, { result, metadata: this.#progress.unwritten });
  }

  async #update(metadata: InitOf<Message> | ((current: Message) => InitOf<Message>)): Promise<void> {
    this.#refuseIfEnded();
    const schema = this.method.types.metadata;
    const init = typeof metadata === "function" ? metadata(this.#metadata ?? create(schema)) : metadata;
    const { message, any } = pack(schema, init);
    this.#metadata = message;
    await this.#progress.set(any);
  }

  async #commit(work: CommitFunction): Promise<Message> {
    this.#refuseIfEnded();
    if (this.#committing) {
      throw new Error(`operation ${this.name} is already being committed: call commit once`);
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
    let packed: Packed<Message> | undefined;
    const settled = await untilAvailable(
      () =>
        this.#store.settle(this.claim, async (tx) => {
          const response = await this.#commitScope.run(this.name, () => this.#withinTimeLimit(async () => work(tx)));
          packed = pack(this.method.types.response, response);
          return { result: { response: packed.any }, metadata: this.#progress.unwritten };
        }),
      (error) => {
        this.#controller.signal.throwIfAborted();
        this.#log({ ...this.about, level: "warn", message: "the commit failed: the worker will retry", error });
      },
    );
    if (packed === undefined || !(settled || (await this.#state()) === "completed")) {
      await this.#interruptRejected();
      throw this.#controller.signal.reason;
    }
    this.#committed = true;
    this.#ended = true;
    return packed.message;
  }

  async #withinTimeLimit<T>(work: () => Promise<T>): Promise<T> {
    const ms = this.#store.commitTimeoutMs;
    return await within(ms, work, () => {
      const message =
        `the commit of ${this.name} took longer than ${ms} ms and was rolled back: move slow work before the commit, ` +
        "or increase commitTimeoutMs";
      return new ConnectError(message, Code.DeadlineExceeded);
    });
  }

  async #writeMetadata(metadata: Uint8Array): Promise<void> {
    if (!(await this.#store.writeMetadata(this.claim, metadata))) {
      await this.#interruptRejected();
      throw this.#controller.signal.reason;
    }
  }

  #refuseIfEnded(): void {
    if (this.#ended) {
      throw new Error(
        `operation ${this.name} is already done: do not call update or commit after a commit, or after run returned`,
      );
    }
    if (this.interruption === "lease-lost" || this.interruption === "preempted") {
      throw this.#controller.signal.reason;
    }
  }

  /** Interrupts the handler with the reason why a write was rejected. */
  async #interruptRejected(): Promise<void> {
    this.observe((await this.#state()) === "preempted" ? "preempted" : "lost");
  }

  async #state(): Promise<ClaimState> {
    const [state = "lost"] = await this.#store.renew([this.claim]);
    return state;
  }
}
