/*
 * Random histories of waits for one operation, on a fake clock, each compared with a model.
 */
import { isDeepStrictEqual } from "node:util";
import { create } from "@bufbuild/protobuf";
import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import fc from "fast-check";
import type { Operation } from "protoc-gen-ts-lro/client";
import { createFakeClock, type FakeClock } from "protoc-gen-ts-lro/testing";
import { createLibraryServiceClient } from "../testdata/gen/acme/library/v1/library_lro.ts";
import type { Book, OperationMetadata } from "../testdata/gen/acme/library/v1/library_pb.ts";
import { OperationSchema } from "../testdata/gen/google/longrunning/operations_pb.ts";
import { name, progress, succeeded } from "./scripted-server.ts";
import { type ModelWatch, WatchModel } from "./watch-model.ts";

/** One action of callers, the server, or the clock. `of` picks one of the present waits. */
type Step =
  | { readonly do: "join"; readonly live: boolean; readonly timeoutMs: number }
  | { readonly do: "abort" | "leave"; readonly of: number }
  | { readonly do: "poll" | "write" | "finish" }
  | { readonly do: "answer"; readonly with: Health }
  | { readonly do: "advance"; readonly ms: number };

type Health = "states" | "transient errors" | "fatal errors";

const of = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      live: fc.boolean(),
      timeoutMs: fc.constantFrom(0, 0, 333, 7_777),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("abort" as const, "leave"), of }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("poll" as const, "write", "write", "finish") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      with: fc.constantFrom<Health>("states", "states", "transient errors", "fatal errors"),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(10, 250, 3_000) }) },
);

/** How the server behaves for a whole history. */
interface Given {
  readonly waitOperation: boolean;
  /** The time that a response takes. */
  readonly latencyMs: number;
  /** The same for the calls of poll(). */
  readonly ownLatencyMs: number;
  readonly resumed: boolean;
  readonly steps: readonly Step[];
}

const histories: fc.Arbitrary<Given> = fc.record({
  waitOperation: fc.boolean(),
  latencyMs: fc.constantFrom(0, 120),
  ownLatencyMs: fc.constantFrom(0, 700),
  resumed: fc.boolean(),
  steps: fc.array(step, { minLength: 2, maxLength: 10, size: "max" }),
});

/**
 * Runs random histories and returns their number. If the client differs from the model, the error contains the shortest
 * such history and the seed.
 */
export async function followWatches(count: number): Promise<number> {
  let followed = 0;
  const property = fc.asyncProperty(histories, async (given) => {
    await new History(given).follow(given.steps);
    followed++;
  });
  await fc.assert(property, { numRuns: count });
  return followed;
}

/** A wait, as its caller sees it. */
interface Watch {
  readonly model: ModelWatch;
  readonly abort: AbortController;
  readonly updates: AsyncIterableIterator<unknown> | undefined;
  readonly seen: number[];
  end: string | undefined;
}

/** The options of poll() calls, by which the server distinguishes them from the calls of the waits. */
const own = { headers: { "x-own": "1" } };

class History {
  readonly #given: Given;
  readonly #clock: FakeClock = createFakeClock({ auto: false });
  readonly #model = new WatchModel();
  readonly #watches: Watch[] = [];
  readonly #operation: Operation<Book, OperationMetadata>;
  #health: Health = "states";
  #progress = 0;
  #done = false;
  #calls = { waits: 0, own: 0 };
  #calledAt = Number.NEGATIVE_INFINITY;
  #onFinish = new Set<() => void>();
  #violation: string | undefined;
  /** Whether a reader of updates joins in this step. */
  #joining = false;

  constructor(given: Given) {
    this.#given = given;
    const transport = { unary: this.#unary.bind(this) } as unknown as Transport;
    const polling = { retryForMs: Number.POSITIVE_INFINITY };
    this.#operation = createLibraryServiceClient(transport, { clock: this.#clock, polling }).createBook.resume(name);
  }

  async follow(steps: readonly Step[]): Promise<void> {
    if (!this.#given.resumed) {
      void this.#operation.poll(own);
      await this.#settle(1_000);
    }
    for (const [index, step] of steps.entries()) {
      this.#joining = step.do === "join" && step.live;
      await this.#take(step);
      await this.#settle(0);
      this.#compare(`step ${index + 1}, ${step.do}`);
    }
    await this.#take({ do: "answer", with: "states" });
    await this.#take({ do: "finish" });
    await this.#settle(60_000);
    this.#compare("after the end");
  }

  async #take(step: Step): Promise<void> {
    const watch = "of" in step ? this.#watches[step.of % this.#watches.length] : undefined;
    switch (step.do) {
      case "join":
        return this.#join(step.live, step.timeoutMs);
      case "abort":
        watch?.abort.abort();
        return watch && this.#model.end(watch.model, "WaitAbortedError");
      case "leave":
        void watch?.updates?.return?.();
        return watch?.updates && this.#model.end(watch.model, "left");
      case "poll":
        return void this.#operation.poll(own).catch(() => {});
      case "write":
        this.#progress++;
        return;
      case "finish":
        this.#done = true;
        return this.#onFinish.forEach((finish) => void finish());
      case "answer":
        this.#health = step.with;
        return;
      case "advance":
        return await this.#settle(step.ms);
    }
  }

  #join(live: boolean, timeoutMs: number): void {
    const deadline = timeoutMs > 0 ? this.#clock.now() + timeoutMs : Number.POSITIVE_INFINITY;
    const abort = new AbortController();
    const options = { signal: abort.signal, timeoutMs };
    const updates = live ? this.#operation.updates(options) : undefined;
    const watch: Watch = { model: this.#model.join(live, deadline), abort, updates, seen: [], end: undefined };
    this.#watches.push(watch);
    const follow = async (): Promise<string> => {
      let done = updates === undefined && (await this.#operation.outcome(options)) !== undefined;
      for await (const snapshot of this.#snapshots(updates)) {
        watch.seen.push(snapshot.metadata?.progressPercent ?? -1);
        done = snapshot.done;
      }
      return done ? "done" : "left";
    };
    void follow()
      .catch(({ name }: Error) => name)
      .then((end) => {
        watch.end = end;
      });
  }

  #snapshots(updates: Watch["updates"]): ReturnType<Operation<Book, OperationMetadata>["updates"]> {
    return (updates ?? []) as ReturnType<Operation<Book, OperationMetadata>["updates"]>;
  }

  async #settle(ms: number): Promise<void> {
    await this.#clock.advance(ms);
    await this.#clock.advance(0);
    this.#model.tick(this.#clock.now() + 0.001);
  }

  #compare(where: string): void {
    for (const [index, { model, seen, end }] of this.#watches.entries()) {
      const found = { seen, end };
      const expected = { seen: model.seen, end: model.end };
      if (!isDeepStrictEqual(found, expected)) {
        const says = `the client says ${JSON.stringify(found)}, the model ${JSON.stringify(expected)}`;
        throw new Error(`${where}: wait ${index + 1}: ${says}`);
      }
    }
    const idle = this.#model.open.length === 0 && this.#calls.own === 0;
    if (idle && this.#calls.waits + this.#clock.pending > 0) {
      throw new Error(
        `${where}: no caller waits, but ${this.#calls.waits} calls and ${this.#clock.pending} timers are left`,
      );
    }
    if (this.#violation) {
      throw new Error(`${where}: ${this.#violation}`);
    }
  }

  /** The server, without a network. */
  async #unary(
    method: { name: string },
    signal: AbortSignal | undefined,
    _timeoutMs: unknown,
    header: Headers,
    request: { timeout?: Duration },
  ): Promise<unknown> {
    const kind = header.has("x-own") ? "own" : "waits";
    this.#calls[kind]++;
    this.#checkCall(kind);
    try {
      const isWait = method.name === "WaitOperation";
      await this.#hold(isWait && request.timeout ? durationMs(request.timeout) : 0, signal);
      // The response has the present state, and may arrive after a later one.
      const state = { progress: this.#progress, done: this.#done };
      await this.#sleep(kind === "own" ? this.#given.ownLatencyMs : this.#given.latencyMs, signal, new Set());
      const message = this.#answer(isWait, kind, state);
      return { stream: false, method, header: new Headers(), trailer: new Headers(), message };
    } catch (reason) {
      this.#checkDropped(kind, signal);
      throw reason;
    } finally {
      this.#calls[kind]--;
    }
  }

  #checkCall(kind: "own" | "waits"): void {
    const now = this.#clock.now();
    if (kind === "waits" && this.#calls.waits > 1) {
      this.#violation = "there are two polls at the same time";
    } else if (kind === "waits" && this.#watches.length > 0 && now < this.#calledAt + 50) {
      this.#violation = `there are two polls within ${now - this.#calledAt} ms`;
    }
    this.#calledAt = kind === "waits" ? now : this.#calledAt;
  }

  /** Calls are dropped only if no caller waits or a reader needs states sooner. */
  #checkDropped(kind: "own" | "waits", signal: AbortSignal | undefined): void {
    if (!signal?.aborted) {
      // A call that fails at a deadline may still be followed by another that decides the outcome.
      return;
    }
    this.#model.tick(this.#clock.now() + 0.001);
    if (kind === "waits" && this.#model.open.length > 0 && !this.#joining) {
      this.#violation = "a call was dropped, although others wait";
    }
  }

  /** Waits for the operation, as in WaitOperation. */
  async #hold(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    const canWait = this.#given.waitOperation && !this.#done && this.#health === "states";
    await this.#sleep(canWait ? waitMs : 0, signal, this.#onFinish);
  }

  #sleep(ms: number, signal: AbortSignal | undefined, wakers: Set<() => void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        drop();
        wakers.delete(end);
        signal?.aborted ? reject(new ConnectError("aborted", Code.Canceled)) : resolve();
      };
      const drop = ms > 0 ? this.#clock.schedule(end, ms) : (): void => {};
      signal?.addEventListener("abort", end);
      wakers.add(end);
      if (ms === 0) {
        end();
      }
    });
  }

  #answer(isWait: boolean, kind: "own" | "waits", state: { progress: number; done: boolean }): object {
    this.#model.tick(this.#clock.now());
    if (isWait && !this.#given.waitOperation) {
      throw new ConnectError("no such method", Code.Unimplemented);
    }
    if (this.#health === "transient errors") {
      throw new ConnectError("down", Code.Unavailable);
    }
    if (this.#health === "fatal errors") {
      // A client without WaitOperation can still poll.
      if (kind === "waits" && !isWait) {
        this.#model.fail();
      }
      throw new ConnectError("not for you", Code.PermissionDenied);
    }
    this.#model.answer(state.progress, state.done);
    const metadata = progress(state.progress);
    return create(OperationSchema, state.done ? { ...succeeded(), metadata } : { name, metadata });
  }
}
