/*
 * The options of a server with a fake engine.
 */
import { describe, expect, test } from "vitest";
import { createLroServer, type LroServerOptions } from "./create-server.ts";
import { createEngine, type Engine } from "./engine.ts";
import type { EngineOptions, OperationStore } from "./operation-store.ts";
import { periodsOf } from "./periods.ts";

/** An engine that notes its options. */
function noting(): { readonly engine: Engine; readonly opened: EngineOptions[] } {
  const opened: EngineOptions[] = [];
  const engine = createEngine(async (options) => {
    opened.push(options);
    return {
      listens: true,
      listen: async () => {},
      close: async () => {},
    } as Partial<OperationStore> as OperationStore;
  });
  return { engine, opened };
}

test("an engine receives the lease, the period of its connection checks, and the other options unchanged", async () => {
  const { engine, opened } = noting();
  await (await createLroServer({ engine })).close();
  expect(opened).toMatchObject([{ leaseSeconds: 30, heartbeatMs: 5_000, commitTimeoutMs: undefined }]);
  const log = (): void => {};
  await (await createLroServer({ engine, leaseMs: 12_000, commitTimeoutMs: 3_000, log })).close();
  expect(opened[1]).toMatchObject({ leaseSeconds: 12, heartbeatMs: 5_000, commitTimeoutMs: 3_000 });
});

const accepted: Partial<LroServerOptions>[] = [
  { concurrency: 1 },
  { leaseMs: 10_000 },
  { maxWaitMs: 0 },
  { commitTimeoutMs: 1 },
  { defaults: { maxCrashes: 1, expireAfterMs: 0 } },
];
test.each(accepted)("%j is accepted", async (options) => {
  await (await createLroServer({ engine: noting().engine, ...options })).close();
});

const refused: [Partial<LroServerOptions>, string][] = [
  [{ concurrency: 0 }, "concurrency is 0: set it to a whole number, at least 1"],
  [{ concurrency: 1.5 }, "concurrency is 1.5: set it to a whole number, at least 1"],
  [{ leaseMs: 9_000 }, "leaseMs is 9000: set it to a multiple of 1,000, at least 10,000"],
  [{ leaseMs: 10_500 }, "leaseMs is 10500: set it to a multiple of 1,000, at least 10,000"],
  [{ leaseMs: Number.POSITIVE_INFINITY }, "leaseMs is Infinity: set it to a multiple of 1,000, at least 10,000"],
  [{ maxWaitMs: -1 }, "maxWaitMs is -1: set it to a number of milliseconds, at least 0"],
  [{ maxWaitMs: Number.NaN }, "maxWaitMs is NaN: set it to a number of milliseconds, at least 0"],
  [{ maxWaitMs: Number.POSITIVE_INFINITY }, "maxWaitMs is Infinity: set it to a number of milliseconds, at least 0"],
  [{ commitTimeoutMs: 0 }, "commitTimeoutMs is 0: set it to a number of milliseconds, above 0"],
  [{ commitTimeoutMs: 2 ** 31 }, "commitTimeoutMs is 2147483648: set it to a number of milliseconds, above 0"],
  [{ defaults: { maxCrashes: 0 } }, "maxCrashes of defaults is 0: set it to a whole number from 1 to 2,147,483,647"],
  [
    { defaults: { expireAfterMs: -1 } },
    "expireAfterMs of defaults is -1: set it to a number of milliseconds, at least 0",
  ],
];
test.each(refused)("%j is rejected before the engine is opened", async (options, message) => {
  const { engine, opened } = noting();
  await expect(createLroServer({ engine, ...options })).rejects.toThrow(message);
  expect(opened).toEqual([]);
});

test("a value that is not an engine is rejected", async () => {
  const message = "the option engine is not an engine: set it to the result of pglite() or postgres()";
  await expect(createLroServer({ engine: {} as Engine })).rejects.toThrow(message);
  await expect(createLroServer({ engine: undefined as unknown as Engine })).rejects.toThrow(message);
});

describe("periodic work of a server", () => {
  test("is rare if it receives notifications: it renews a lease three times", () => {
    expect(periodsOf(30_000, true)).toMatchObject({ waitMs: 5_000, renewMs: 10_000, sweepMs: 1_000 });
  });

  test("happens once a second without notifications, and more often to renew a short lease", () => {
    expect(periodsOf(30_000, false)).toMatchObject({ waitMs: 1_000, renewMs: 1_000, sweepMs: 1_000 });
    expect(periodsOf(1_500, false)).toMatchObject({ renewMs: 500 });
  });
});
