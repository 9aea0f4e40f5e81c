import type { Message } from "@bufbuild/protobuf";
import { OperationNameError } from "../operation/errors.ts";
import {
  metadataOf,
  type OperationOutcome,
  type OperationSnapshot,
  type OperationTypes,
  type RawOperation,
  snapshotOf,
} from "../operation/snapshot.ts";
import type { OperationCallOptions } from "./call-options.ts";
import type { Operation, OutcomeOptions, WaitOptions } from "./operation.ts";
import type { PollLoop } from "./poll-loop.ts";
import { states } from "./states.ts";
import { toToken } from "./token.ts";

/** An operation whose state is read by a poll loop. */
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
    return metadataOf(this.raw, this.#types);
  }

  async poll(options: OperationCallOptions = {}): Promise<OperationSnapshot<R, M>> {
    if (!this.done) {
      await this.#loop.poll(options);
    }
    return this.#snapshot(this.raw as RawOperation);
  }

  async wait(options?: OutcomeOptions<M>): Promise<R> {
    const outcome = await this.outcome(options);
    if (outcome.status !== "succeeded") {
      throw outcome.error;
    }
    return outcome.response;
  }

  async outcome(options: OutcomeOptions<M> = {}): Promise<OperationOutcome<R, M>> {
    const { onProgress } = options;
    let last: RawOperation | undefined;
    let reported: M | undefined;
    for await (last of this.#states(onProgress !== undefined, options)) {
      const { metadata } = this;
      if (metadata && metadata !== reported) {
        reported = metadata;
        onProgress?.(metadata);
      }
    }
    const snapshot = this.#snapshot(last as RawOperation);
    return (snapshot as Extract<typeof snapshot, { done: true }>).outcome;
  }

  async *updates(options?: WaitOptions): AsyncGenerator<OperationSnapshot<R, M>, undefined> {
    for await (const state of this.#states(true, options)) {
      yield this.#snapshot(state);
    }
  }

  async cancel(options: OperationCallOptions = {}): Promise<void> {
    this.#requireName();
    await this.#loop.cancel(options);
  }

  async delete(options: OperationCallOptions = {}): Promise<void> {
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

  #snapshot(raw: RawOperation): OperationSnapshot<R, M> {
    return snapshotOf(raw, this.#types, this.#loop.subject.ref);
  }

  #requireName(): void {
    if (this.name === "") {
      const message = "the operation has no name, so it cannot be cancelled, deleted or resumed";
      throw new OperationNameError(this.#loop.subject.ref, message);
    }
  }
}
