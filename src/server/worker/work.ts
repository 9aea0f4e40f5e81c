import type { DescMessage } from "@bufbuild/protobuf";
import { fromBinary, type Message, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { unpackAny } from "../../operation/any.ts";
import type { Claim, ClaimState, OperationStore, Settlement, Transaction } from "../engine.ts";
import type { RunningOperation } from "../handler.ts";
import { type InterruptionReason, OperationInterruption } from "../interruption.ts";
import type { ServedMethod } from "../method.ts";
import { type Packed, pack } from "../result.ts";
import type { MaybePromise } from "../stub.ts";
import { untilAnswered } from "./retry.ts";

/** The least time between two writes of metadata. What comes in between is written together. */
const writeGapMs = 200;

/** The work on a claimed operation: what the handler sees of it, and what it has written so far. */
export class Work implements RunningOperation<DescMessage, DescMessage> {
  readonly name: string;
  readonly principal: string;
  readonly attempt: number;
  readonly metadata: MessageShape<DescMessage> | undefined;
  readonly signal: AbortSignal;
  readonly claim: Claim;
  /** Whether `commit` has ended the operation. */
  committed: Message | undefined;

  private readonly method: ServedMethod;
  private readonly store: OperationStore;
  private readonly controller = new AbortController();
  private unwritten: Uint8Array | undefined;
  private writing: Promise<void> | undefined;
  private nextWrite = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(claim: Claim, method: ServedMethod, store: OperationStore) {
    const { name, principal, metadata } = claim.operation;
    this.claim = claim;
    this.method = method;
    this.store = store;
    this.name = name;
    this.principal = principal;
    this.attempt = claim.attempt;
    this.signal = this.controller.signal;
    const unpacked = metadata && unpackAny(fromBinary(AnySchema, metadata), method.types.metadata);
    this.metadata = unpacked && "message" in unpacked ? unpacked.message : undefined;
  }

  /** Why the work should stop, if it should. */
  get interruption(): InterruptionReason | undefined {
    return (this.signal.reason as OperationInterruption | undefined)?.reason;
  }

  /** Tells the handler to stop. A claim that is lost stays lost, whatever else comes to light. */
  interrupt(reason: InterruptionReason): void {
    this.controller.abort(new OperationInterruption(reason));
  }

  /** Takes note of what a renewal has found. */
  observe(state: ClaimState): void {
    if (state !== "held") {
      this.interrupt(state === "lost" ? "lease-lost" : state);
    }
  }

  async update(metadata: MessageInitShape<DescMessage>): Promise<void> {
    this.throwIfLost();
    this.unwritten = pack(this.method.types.metadata, metadata).any;
    if (this.writing === undefined && performance.now() >= this.nextWrite) {
      await this.write();
    } else {
      this.writeLater();
    }
  }

  async commit(work: (tx: Transaction) => MaybePromise<MessageInitShape<DescMessage>>): Promise<Message> {
    this.throwIfLost();
    let packed: Packed<DescMessage> | undefined;
    const settled = await untilAnswered(
      () =>
        this.store.settle(this.claim, async (tx) => {
          packed = pack(this.method.types.response, await work(tx));
          return { result: { response: packed.any }, metadata: this.lastMetadata() };
        }),
      () => this.signal.throwIfAborted(),
    );
    if (!settled || packed === undefined) {
      await this.renew();
      throw this.signal.reason;
    }
    this.committed = packed.message;
    return packed.message;
  }

  /** Metadata that is not written yet, for the settlement to write. Nothing is written after this. */
  lastMetadata(): Settlement["metadata"] {
    clearTimeout(this.timer);
    return this.unwritten;
  }

  private throwIfLost(): void {
    if (this.interruption === "lease-lost" || this.interruption === "preempted") {
      throw this.signal.reason;
    }
  }

  private writeLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        // The next update, or the settlement, meets the same error.
        this.write().catch(() => {});
      },
      Math.max(0, this.nextWrite - performance.now()),
    );
  }

  private async write(): Promise<void> {
    await this.writing;
    const metadata = this.unwritten;
    if (metadata === undefined) {
      return;
    }
    this.nextWrite = performance.now() + writeGapMs;
    const written = this.store.writeMetadata(this.claim, metadata);
    this.writing = written.then(
      () => {},
      () => {},
    );
    try {
      if (!(await written)) {
        await this.renew();
        throw this.signal.reason;
      }
      if (this.unwritten === metadata) {
        this.unwritten = undefined;
      }
    } finally {
      this.writing = undefined;
    }
  }

  /** Finds out why a write was refused. */
  private async renew(): Promise<void> {
    const [state = "lost"] = await this.store.renew([this.claim]);
    this.observe(state === "preempted" ? state : "lost");
  }
}
