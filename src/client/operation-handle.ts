import type { Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
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
import { withStackOf } from "./stack.ts";
import { states, Wait } from "./states.ts";
import { callOptions } from "./subject.ts";
import { toToken } from "./token.ts";

/** An operation whose state is read by a poll loop. */
export class OperationHandle<R extends Message, M extends Message> implements Operation<R, M> {
  // Plain properties, so that consoles and comparisons in tests see them.
  readonly name: string;
  done = false;
  metadata: M | undefined;
  raw: RawOperation | undefined;
  readonly #loop: PollLoop;
  readonly #types: OperationTypes;

  constructor(loop: PollLoop, types: OperationTypes) {
    this.name = loop.subject.ref.name;
    this.#loop = loop;
    this.#types = types;
    loop.handle = this;
    this.onState();
  }

  /** Called by the loop. Not part of the interface. */
  onState(): void {
    const { state } = this.#loop;
    // Keeps the object while the metadata stays the same, so that users can compare it.
    if (!isSame(this.raw?.metadata, state?.metadata)) {
      this.metadata = metadataOf(state, this.#types);
    }
    this.raw = state;
    this.done = state?.done ?? false;
  }

  async poll(options: OperationCallOptions = {}): Promise<OperationSnapshot<R, M>> {
    if (!this.done) {
      const call = new Error();
      await this.#loop.poll(options).catch((error: Error) => {
        throw withStackOf(call, error);
      });
    }
    return this.#snapshot(this.raw as RawOperation);
  }

  // Not an async function, because each takes memory while it waits.
  wait(options?: OutcomeOptions<M>): Promise<R> {
    const wait = new Wait(this.#loop, options?.onProgress !== undefined);
    return this.#finish(wait, options).then((outcome) => {
      if (outcome.status !== "succeeded") {
        throw withStackOf(wait.call, outcome.error);
      }
      return outcome.response;
    });
  }

  outcome(options?: OutcomeOptions<M>): Promise<OperationOutcome<R, M>> {
    return this.#finish(new Wait(this.#loop, options?.onProgress !== undefined), options);
  }

  async #finish(wait: Wait, options: OutcomeOptions<M> = {}): Promise<OperationOutcome<R, M>> {
    const { onProgress } = options;
    let last: RawOperation | undefined;
    let reported: M | undefined;
    for await (last of this.#states(wait, options)) {
      const { metadata } = this;
      if (onProgress && metadata && metadata !== reported) {
        reported = metadata;
        onProgress(metadata);
      }
    }
    const snapshot = this.#snapshot(last as RawOperation);
    return (snapshot as Extract<typeof snapshot, { done: true }>).outcome;
  }

  updates(options?: WaitOptions): AsyncGenerator<OperationSnapshot<R, M>, undefined> {
    const wait = new Wait(this.#loop, true);
    const snapshots = this.#snapshots(wait, options);
    const finish = snapshots.return.bind(snapshots);
    // A generator would finish only after the next state.
    return Object.assign(snapshots, {
      return(value: undefined) {
        wait.stop();
        return finish(value);
      },
    });
  }

  async *#snapshots(wait: Wait, options?: WaitOptions): AsyncGenerator<OperationSnapshot<R, M>, undefined> {
    for await (const state of this.#states(wait, options)) {
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
    await remote.operations.deleteOperation({ name: this.name }, callOptions(this.#loop.subject, options));
  }

  toToken(): string {
    this.#requireName();
    return toToken(this.#loop.subject.ref);
  }

  /** Returns the fields that are useful in logs. Numbers that JSON cannot represent are strings. */
  toJSON(): object {
    const { name, done, metadata } = this;
    const text = JSON.stringify({ name, done, metadata }, (_, value) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    return JSON.parse(text);
  }

  #states(wait: Wait, options?: WaitOptions): AsyncIterable<RawOperation> {
    return states(this.#loop, wait, () => this.metadata, options);
  }

  #snapshot(raw: RawOperation): OperationSnapshot<R, M> {
    const metadata = raw === this.raw ? this.metadata : metadataOf<M>(raw, this.#types);
    return snapshotOf(raw, this.#types, this.#loop.subject.ref, metadata);
  }

  #requireName(): void {
    if (this.name === "") {
      const message = "the operation has no name, so it cannot be cancelled, deleted or resumed";
      throw new OperationNameError(this.#loop.subject.ref, message);
    }
  }
}

function isSame(a: Any | undefined, b: Any | undefined): boolean {
  return a?.typeUrl === b?.typeUrl && String(a?.value) === String(b?.value);
}
