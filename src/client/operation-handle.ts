import type { DescMessage, Message, Registry } from "@bufbuild/protobuf";
import { type CallOptions, Code } from "@connectrpc/connect";
import type { Operation as RawOperation } from "../gen/google/longrunning/operations_pb.js";
import { unpackAny } from "../operation/any.js";
import { OperationError, OperationNameError, OperationTimeoutError } from "../operation/errors.js";
import { unpackResponse } from "../operation/unpack.js";
import type { CancelAndWaitOptions, Operation, OperationOutcome, OperationSnapshot, WaitOptions } from "./operation.js";
import type { PollLoop } from "./poll-loop.js";
import { states } from "./states.js";
import { toToken } from "./token.js";

/** The types of what an operation holds, or a registry of them. */
export interface OperationTypes {
  readonly response: DescMessage | Registry;
  readonly metadata: DescMessage | Registry;
}

/** An operation whose state a poll loop reads. */
export class OperationHandle<R extends Message, M extends Message> implements Operation<R, M> {
  readonly #loop: PollLoop;
  readonly #types: OperationTypes;
  #unpacked: { from: RawOperation; metadata: M | undefined } | undefined;

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
    return this.raw && this.#metadataOf(this.raw);
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
  async cancel(options: CallOptions | CancelAndWaitOptions = {}): Promise<unknown> {
    const { remote, context, polling } = this.#loop.subject;
    const wait = "wait" in options;
    const call = wait ? { timeoutMs: polling.pollTimeoutMs } : options;
    await remote.operations.cancelOperation({ name: this.#named("cancelled") }, { ...context, ...call });
    this.#loop.hurry();
    return wait ? this.result(options) : undefined;
  }

  async delete(options: CallOptions = {}): Promise<void> {
    const { remote, context } = this.#loop.subject;
    await remote.operations.deleteOperation({ name: this.#named("deleted") }, { ...context, ...options });
  }

  toToken(): string {
    return toToken({ ...this.#loop.subject.ref, name: this.#named("resumed") });
  }

  #states(live: boolean, options: WaitOptions = {}): AsyncIterable<RawOperation> {
    const { ref, polling } = this.#loop.subject;
    const { signal, timeoutMs = polling.totalTimeoutMs, onTimeout } = options;
    const expire = async (polls: number): Promise<Error> => {
      const cancelRequested = onTimeout === "cancel" && (await this.#tryToCancel());
      const facts = { timeoutMs, polls, cancelRequested, metadata: this.metadata };
      return new OperationTimeoutError(ref, facts, this.#loop.lastError);
    };
    return states(this.#loop, { live, signal, timeoutMs, expire });
  }

  async #tryToCancel(): Promise<boolean> {
    try {
      await this.cancel({ timeoutMs: this.#loop.subject.polling.pollTimeoutMs });
      return true;
    } catch {
      return false;
    }
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
    return { name: this.name, done: raw.done, metadata: this.#metadataOf(raw), raw };
  }

  // Metadata that cannot be read must not hide the result of an operation.
  #metadataOf(state: RawOperation): M | undefined {
    if (this.#unpacked?.from !== state) {
      const unpacked = unpackAny(state.metadata, this.#types.metadata);
      this.#unpacked = { from: state, metadata: "message" in unpacked ? (unpacked.message as M) : undefined };
    }
    return this.#unpacked.metadata;
  }

  #named(participle: string): string {
    const { ref } = this.#loop.subject;
    if (ref.name === "") {
      throw new OperationNameError(
        ref,
        `An operation without a name cannot be ${participle}: the server does not store it.`,
      );
    }
    return ref.name;
  }
}
