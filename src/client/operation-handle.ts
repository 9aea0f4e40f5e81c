import type { DescMessage, Message, Registry } from "@bufbuild/protobuf";
import { type CallOptions, Code } from "@connectrpc/connect";
import type { Operation as RawOperation } from "../gen/google/longrunning/operations_pb.ts";
import { unpackAny } from "../operation/any.ts";
import { OperationError, OperationNameError } from "../operation/errors.ts";
import { unpackResponse } from "../operation/unpack.ts";
import type { CancelAndWaitOptions, Operation, OperationOutcome, OperationSnapshot, WaitOptions } from "./operation.ts";
import type { PollLoop } from "./poll-loop.ts";
import { states } from "./states.ts";
import { toToken } from "./token.ts";

/** The types of what an operation holds, or a registry of them. */
export interface OperationTypes {
  readonly response: DescMessage | Registry;
  readonly metadata: DescMessage | Registry;
}

/** An operation whose state a poll loop reads. */
export class OperationHandle<R extends Message, M extends Message> implements Operation<R, M> {
  readonly #loop: PollLoop;
  readonly #types: OperationTypes;

  constructor(loop: PollLoop, types: OperationTypes) {
    this.#loop = loop;
    this.#types = types;
  }

  get name(): string {
    return this.#loop.subject.ref.name;
  }

  get done(): boolean {
    return this.raw?.done ?? false;
  }

  get raw(): RawOperation | undefined {
    return this.#loop.state;
  }

  get metadata(): M | undefined {
    return this.#metadataOf(this.raw);
  }

  async poll(options: CallOptions = {}): Promise<OperationSnapshot<M>> {
    if (!this.done) {
      await this.#loop.poll(options);
    }
    return this.#snapshot(this.raw as RawOperation);
  }

  async wait(options?: WaitOptions): Promise<R> {
    const outcome = await this.result(options);
    if (outcome.status !== "succeeded") {
      throw outcome.error;
    }
    return outcome.response;
  }

  async result(options?: WaitOptions): Promise<OperationOutcome<R, M>> {
    let last: RawOperation | undefined;
    for await (last of this.#states(false, options)) {
      // Only the last one counts.
    }
    return this.#outcome(last as RawOperation);
  }

  async *updates(options?: WaitOptions): AsyncGenerator<OperationSnapshot<M>, undefined> {
    for await (const state of this.#states(true, options)) {
      yield this.#snapshot(state);
    }
  }

  cancel(options?: CallOptions): Promise<void>;
  cancel(options: CancelAndWaitOptions): Promise<OperationOutcome<R, M>>;
  async cancel({ wait, ...options }: CallOptions & Partial<CancelAndWaitOptions> = {}): Promise<unknown> {
    this.#requireName();
    await this.#loop.cancel(wait ? {} : options);
    return wait && this.result(options);
  }

  async delete(options: CallOptions = {}): Promise<void> {
    this.#requireName();
    const { remote } = this.#loop.subject;
    await remote.operations.deleteOperation({ name: this.name }, this.#loop.callOptions(options));
  }

  toToken(): string {
    this.#requireName();
    return toToken(this.#loop.subject.ref);
  }

  #states(live: boolean, options?: WaitOptions): AsyncIterable<RawOperation> {
    return states(this.#loop, live, () => this.metadata, options);
  }

  #outcome(state: RawOperation): OperationOutcome<R, M> {
    const { ref } = this.#loop.subject;
    const metadata = this.#metadataOf(state);
    if (state.result.case === "error") {
      const error = new OperationError(ref, state.result.value, metadata);
      return { status: error.code === Code.Canceled ? "cancelled" : "failed", error, metadata };
    }
    const response = unpackResponse(state, this.#types.response as DescMessage, ref) as R;
    return { status: "succeeded", response, metadata };
  }

  #snapshot(raw: RawOperation): OperationSnapshot<M> {
    return { done: raw.done, metadata: this.#metadataOf(raw), raw };
  }

  // Metadata that cannot be read must not hide the result of an operation.
  #metadataOf(state: RawOperation | undefined): M | undefined {
    const unpacked = unpackAny(state?.metadata, this.#types.metadata);
    return "message" in unpacked ? (unpacked.message as M) : undefined;
  }

  #requireName(): void {
    if (this.name === "") {
      const message = "an operation without a name cannot be cancelled, deleted or resumed";
      throw new OperationNameError(this.#loop.subject.ref, message);
    }
  }
}
