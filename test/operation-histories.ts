/*
 * Runs random histories of operations in a store that two workers share and compares each with a model.
 */
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { Claim, OperationStore, Parallel, StoredOperation } from "../src/server/operation-store.ts";
import { type ModelClaim, type ModelOperation, maxAttempts, OperationModel } from "./operation-model.ts";
import { newOperation, type StoreDatabase } from "./operation-stores.ts";

const { method } = newOperation();

const policies = ["allow", "queue", "abort", "preempt"] as const;

/** An action of a client or worker, or the passage of time. `of` selects an existing operation or claim. */
type Step =
  | { readonly do: "start"; readonly parallel: Parallel; readonly key: string }
  | { readonly do: "claim"; readonly worker: number }
  | { readonly do: "renew" | "writeMetadata" | "settle" | "commit" | "release"; readonly of: number }
  | { readonly do: "cancel" | "delete" | "expire"; readonly of: number }
  | { readonly do: "crash" };

const of = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("start" as const),
      parallel: fc.constantFrom(...policies),
      key: fc.constantFrom("a", "b"),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("claim" as const), worker: fc.nat(1) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("renew" as const, "writeMetadata", "settle", "commit", "release"),
      of,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("cancel" as const, "delete", "expire"), of }) },
  { weight: 1, arbitrary: fc.constant({ do: "crash" as const }) },
);

/** Histories are short, because bugs need few steps, and many short histories find them sooner than a few long ones. */
const histories: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 3, maxLength: 10, size: "max" });

/** A database and the stores of two workers. */
interface HistoryStores {
  readonly stores: StoreDatabase;
  readonly workers: readonly [OperationStore, OperationStore];
}

async function historyStores(stores: StoreDatabase): Promise<HistoryStores> {
  // Stores that are opened later find the existing queues.
  const first = await stores.open();
  for (const parallel of policies) {
    await first.start(newOperation({ parallel, key: "a" }));
  }
  return { stores, workers: [await stores.open(), await stores.open()] };
}

/**
 * Runs random histories until a limit is reached and returns their number.
 *
 * @throws Error with the shortest history in which the store differs from the model, and its seed.
 */
export async function followHistories(
  stores: StoreDatabase,
  limits: { readonly count: number; readonly ms: number },
): Promise<number> {
  const given = await historyStores(stores);
  let followed = 0;
  const property = fc.asyncProperty(histories, async (steps) => {
    await follow(given, steps);
    followed++;
  });
  await fc.assert(property, {
    numRuns: limits.count,
    interruptAfterTimeLimit: limits.ms,
    markInterruptAsFailure: false,
  });
  return followed;
}

/** Runs the steps in the store and in the model. Throws if they differ. */
async function follow(given: HistoryStores, steps: readonly Step[]): Promise<void> {
  const history = new History(given);
  await given.stores.database.query("DELETE FROM lro.operations; DELETE FROM lro.job;");
  for (const [index, step] of steps.entries()) {
    await history.take(step, `step ${index + 1}, ${step.do}`);
  }
  await history.compareAll();
}

interface Known {
  readonly operation: StoredOperation;
  readonly model: ModelOperation;
}

interface KnownClaim {
  readonly claim: Claim;
  readonly model: ModelClaim;
  readonly store: OperationStore;
}

class History {
  readonly #stores: HistoryStores;
  readonly #model = new OperationModel();
  readonly #operations: Known[] = [];
  readonly #claims: KnownClaim[] = [];
  #writes = 0;

  constructor(stores: HistoryStores) {
    this.#stores = stores;
  }

  async take(step: Step, what: string): Promise<void> {
    const [store] = this.#stores.workers;
    if (step.do === "start") {
      await this.#start(step.parallel, step.key, what);
    } else if (step.do === "claim") {
      await this.#claim(this.#stores.workers[step.worker] ?? store, what);
    } else if (step.do === "crash") {
      this.#model.crash();
      await this.#stores.stores.crash(store);
    } else if (step.do === "cancel" || step.do === "delete" || step.do === "expire") {
      const known = this.#operations[step.of % this.#operations.length];
      await (known && this.#change(step.do, known, store));
    } else {
      const known = this.#claims[step.of % this.#claims.length];
      await (known && this.#work(step.do, known, what));
    }
  }

  async #start(parallel: Parallel, key: string, what: string): Promise<void> {
    const ofKey = parallel === "allow" ? undefined : key;
    const model = this.#model.start(parallel, ofKey);
    const preempted = { own: Buffer.from("preempted"), other: Buffer.from("preempted") };
    const outcome = await this.#stores.workers[0].start(newOperation({ parallel, key: ofKey, maxAttempts, preempted }));
    same(what, "refused" in outcome ? outcome.refused : "started", model ? "started" : "busy");
    if (model && "operation" in outcome) {
      this.#operations.push({ model, operation: outcome.operation });
    }
  }

  async #claim(store: OperationStore, what: string): Promise<void> {
    const models = this.#model.claim();
    const claims = await store.claim(method, 100);
    const idOf = new Map(this.#operations.map(({ model, operation }) => [model, operation.id]));
    const seen = (id: string | undefined, attempt: number, cancelRequested: boolean): string =>
      `${id} attempt ${attempt}${cancelRequested ? " cancelled" : ""}`;
    same(
      what,
      claims.map(({ operation, attempt, cancelRequested }) => seen(operation.id, attempt, cancelRequested)).sort(),
      models.map(({ operation, attempt }) => seen(idOf.get(operation), attempt, operation.cancelRequested)).sort(),
    );
    for (const model of models) {
      const claim = claims.find(({ operation }) => operation.id === idOf.get(model.operation));
      this.#claims.push(...(claim ? [{ claim, model, store }] : []));
    }
  }

  async #change(
    what: "cancel" | "delete" | "expire",
    { model, operation }: Known,
    store: OperationStore,
  ): Promise<void> {
    if (what === "cancel") {
      this.#model.cancel(model);
      await store.cancel(operation.id, Buffer.from("cancelled"));
    } else if (what === "delete") {
      model.deleted = true;
      await store.remove(operation.id);
    } else {
      this.#model.expire(model);
      await this.#stores.stores.database.query(
        "UPDATE lro.operations SET expire_time = now() - interval '1 second' WHERE done AND id = $1",
        [operation.id],
      );
      await store.sweep({ crashed: Buffer.from("crashed"), cancelled: Buffer.from("cancelled") });
    }
  }

  async #work(
    what: "renew" | "writeMetadata" | "settle" | "commit" | "release",
    { claim, model, store }: KnownClaim,
    where: string,
  ): Promise<void> {
    const settlement = { result: { response: Buffer.from("printed") }, metadata: undefined };
    switch (what) {
      case "renew":
        return same(where, await store.renew([claim]), [this.#model.renew(model)]);
      case "release":
        this.#model.release(model);
        return await store.release([claim]);
      case "writeMetadata": {
        const metadata = `${++this.#writes}`;
        return same(
          where,
          await store.writeMetadata(claim, Buffer.from(metadata)),
          this.#model.writeMetadata(model, metadata),
        );
      }
      case "settle":
        return same(where, await store.settle(claim, settlement), this.#model.settle(model));
      case "commit":
        return same(where, await store.settle(claim, async () => settlement), this.#model.settle(model));
    }
  }

  /** Compares the states that clients see, and the remaining jobs. */
  async compareAll(): Promise<void> {
    const stored = new Map(
      (await this.#stores.workers[1].read(this.#operations.map(({ operation }) => operation.name))).map((operation) => [
        operation.name,
        operation,
      ]),
    );
    const { rows: jobs } = await this.#stores.stores.database.query("SELECT id, state FROM lro.job");
    const jobOf = new Map(jobs.map(({ id, state }) => [id, state === "active" ? "held" : "waits"]));
    for (const [index, { model, operation }] of this.#operations.entries()) {
      const { metadata, end, deleted, forgotten } = model;
      const expected = forgotten ? undefined : { metadata, end, deleted };
      const found = stored.get(operation.name);
      same(`operation ${index + 1} at the end`, found && seenOf(found), expected);
      same(`the job of operation ${index + 1} at the end`, jobOf.get(operation.id) ?? "gone", model.job);
    }
  }
}

function seenOf({ metadata, result, deleted }: StoredOperation): Pick<ModelOperation, "metadata" | "end" | "deleted"> {
  const end = result && Buffer.from("response" in result ? result.response : result.error).toString();
  return { metadata: metadata && Buffer.from(metadata).toString(), end: end as ModelOperation["end"], deleted };
}

function same(what: string, found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`${what}: the store has ${JSON.stringify(found)}, the model ${JSON.stringify(expected)}`);
  }
}
