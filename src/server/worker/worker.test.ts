import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { claimOf, fakeStore, method, press, settle, workerOf } from "../../../test/fake-worker.ts";
import { gate } from "../../../test/lro-servers.ts";
import type { PrintBookResponse } from "../../../testdata/gen/acme/press/v1/press_pb.ts";

vi.mock("node:timers/promises", { spy: true });

describe("a worker", () => {
  test("claims again when an operation completes that used the last capacity", async () => {
    const [fake, { printBook, begun, end }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma"), claimOf("Persuasion"), claimOf("Sanditon"));
    (await workerOf(fake, printBook, { concurrency: 2 })).start();
    await settle();
    expect(begun).toEqual(["Emma", "Persuasion"]);
    end(1);
    await settle();
    expect(begun).toEqual(["Emma", "Persuasion", "Sanditon"]);
  });

  test("claims after an announcement that arrived while it had no capacity", async () => {
    const [fake, { printBook, begun, end }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma"));
    const worker = await workerOf(fake, printBook, { concurrency: 1 });
    worker.start();
    await settle();
    fake.claimable.push(claimOf("Persuasion"));
    worker.onEvent({ kind: "work", method });
    await settle();
    expect(begun).toEqual(["Emma"]);
    end(0);
    await settle();
    expect(begun).toEqual(["Emma", "Persuasion"]);
  });

  test("claims up to its capacity, and again only after a full batch", async () => {
    const [fake, { printBook, end }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma"), claimOf("Persuasion"), claimOf("Sanditon"));
    const worker = await workerOf(fake, printBook, { concurrency: 2 });
    worker.start();
    await settle();
    expect(fake.limits).toEqual([2]);
    end(0);
    await settle();
    // The batch was full again, so more work may be available.
    expect(fake.limits).toEqual([2, 1]);
    end(1);
    await settle();
    expect(fake.limits).toEqual([2, 1, 1]);
    end(2);
    await settle();
    expect(fake.limits).toEqual([2, 1, 1]);
    expect(worker.size).toBe(0);
  });

  test("finds work that was not announced and claims only for methods with work", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    (await workerOf(fake, printBook, { periods: { sweepMs: 1 } })).start();
    await expect.poll(() => fake.looks).toBeGreaterThan(5);
    expect(fake).toMatchObject({ limits: [20], sweeps: 0 });
    fake.claimable.push(claimOf("Emma"));
    await expect.poll(() => begun).toEqual(["Emma"]);
    expect(fake.limits).toHaveLength(2);
  });

  test("sweeps only if necessary and then claims the released work", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    fake.untidy = true;
    fake.store.sweep = async () => {
      fake.sweeps++;
      fake.untidy = false;
      fake.claimable.push(claimOf("Emma"));
      return [];
    };
    (await workerOf(fake, printBook, { periods: { sweepMs: 1 } })).start();
    await expect.poll(() => begun).toEqual(["Emma"]);
    expect(fake.sweeps).toBe(1);
  });

  test("claims again after a possible loss of announcements and ignores other methods", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    const worker = await workerOf(fake, printBook);
    worker.start();
    await settle();
    fake.claimable.push(claimOf("Emma"));
    worker.onEvent({ kind: "work", method: "acme.press.v1.PressService.MovePress" });
    await settle();
    expect(begun).toEqual([]);
    worker.onEvent({ kind: "resync" });
    await settle();
    expect(begun).toEqual(["Emma"]);
  });
});

describe("the handler of an operation that changes", () => {
  test.each(["cancelled", "preempted"] as const)("is interrupted if the operation is %s", async (state) => {
    const [fake, { printBook, interrupted }] = [fakeStore(), press()];
    const [emma, persuasion] = [claimOf("Emma"), claimOf("Persuasion")];
    fake.claimable.push(emma, persuasion);
    const worker = await workerOf(fake, printBook);
    worker.start();
    await settle();
    fake.states.set(emma, state).set(persuasion, state);
    worker.onEvent({ kind: "changed", name: "operations/Emma" });
    await settle();
    expect(interrupted).toEqual([`Emma 1: ${state}`]);
  });
});

describe("a cancelled operation", () => {
  test("does not run again after a crash but completes as cancelled", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma", { attempt: 2, cancelRequested: true }));
    (await workerOf(fake, printBook)).start();
    await settle();
    expect(fake.settled).toMatchObject([{ claim: { attempt: 2 }, result: { error: expect.anything() } }]);
    expect(begun).toEqual([]);
  });

  test("can still write metadata and commit", async () => {
    const fake = fakeStore();
    const emma = claimOf("Emma");
    fake.claimable.push(emma);
    const cancelled = gate();
    const worker = await workerOf(fake, async ({ title }, operation) => {
      await cancelled.passed;
      await operation.update({ progressPercent: 50 });
      return await operation.commit(() => ({ title }));
    });
    worker.start();
    await settle();
    fake.states.set(emma, "cancelled");
    worker.onEvent({ kind: "changed", name: emma.operation.name });
    await settle();
    cancelled.open();
    await settle();
    expect(fake.metadata).toEqual([emma]);
    expect(fake.settled).toMatchObject([{ claim: emma, result: { response: expect.anything() } }]);
  });
});

test.each(["lost", "preempted"] as const)("an operation that is %s can no longer write", async (state) => {
  const fake = fakeStore();
  const emma = claimOf("Emma");
  fake.claimable.push(emma);
  const known = gate();
  const refused: string[] = [];
  const worker = await workerOf(fake, async (_, operation): Promise<PrintBookResponse> => {
    await known.passed;
    const writes: (() => Promise<unknown>)[] = [
      () => operation.update({ progressPercent: 50 }),
      () => operation.commit(() => ({ title: "zombie" })),
    ];
    for (const write of writes) {
      refused.push(await write().then(String, ({ reason }) => reason));
    }
    throw operation.signal.reason;
  });
  worker.start();
  await settle();
  fake.states.set(emma, state);
  worker.onEvent({ kind: "changed", name: emma.operation.name });
  await settle();
  known.open();
  await settle();
  const reason = state === "lost" ? "lease-lost" : state;
  expect(refused).toEqual([reason, reason]);
  expect(fake.metadata).toEqual([]);
});

test("a commit runs again if its function throws UNAVAILABLE", async () => {
  const fake = fakeStore();
  fake.claimable.push(claimOf("Emma"));
  let runs = 0;
  const worker = await workerOf(fake, ({ title }, operation) =>
    operation.commit(() => {
      if (++runs === 1) {
        throw new ConnectError("the paper is stuck", Code.Unavailable);
      }
      return { title };
    }),
  );
  worker.start();
  await expect.poll(() => fake.settled).toMatchObject([{ result: { response: expect.anything() } }]);
  expect(runs).toBe(2);
});

test("the end of an earlier attempt does not affect the later one", async () => {
  const [fake, { printBook, interrupted, end }] = [fakeStore(), press()];
  fake.claimable.push(claimOf("Emma"));
  const worker = await workerOf(fake, printBook);
  worker.start();
  await settle();
  const second = claimOf("Emma", { attempt: 2 });
  fake.claimable.push(second);
  worker.onEvent({ kind: "work", method });
  await settle();
  expect(interrupted).toEqual(["Emma 1: lease-lost"]);
  end(0);
  await settle();
  expect(worker.size).toBe(1);
  fake.states.set(second, "cancelled");
  worker.onEvent({ kind: "changed", name: "operations/Emma" });
  await settle();
  expect(interrupted).toEqual(["Emma 1: lease-lost", "Emma 2: cancelled"]);
});

describe("draining", () => {
  test("waits for a pending claim and releases the claimed operations", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    const [emma, answer] = [claimOf("Emma"), gate()];
    fake.claimable.push(emma);
    fake.answered = answer.passed;
    const worker = await workerOf(fake, printBook);
    worker.start();
    await settle();
    const drained = worker.drain(0);
    await settle();
    answer.open();
    await drained;
    expect(begun).toEqual(["Emma"]);
    expect(fake.released).toEqual([emma]);
  });

  test("releases operations that do not stop and claims no others", async () => {
    const [fake, { printBook, interrupted }] = [fakeStore(), press()];
    const emma = claimOf("Emma");
    fake.claimable.push(emma);
    const worker = await workerOf(fake, printBook);
    worker.start();
    await settle();
    await worker.drain(0);
    worker.onEvent({ kind: "work", method });
    await settle();
    expect(interrupted).toEqual(["Emma 1: draining"]);
    expect(fake.released).toEqual([emma]);
    expect(fake.limits).toHaveLength(1);
  });
});

test.each([
  [1_000, 800, 200],
  [25_000, 20_000, 5_000],
  [60_000, 55_000, 5_000],
])(
  "draining within %i ms leaves operations %i ms to complete, then %i ms to stop",
  async (timeoutMs, completeMs, stopMs) => {
    const [fake, { printBook }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma"));
    const worker = await workerOf(fake, printBook);
    worker.start();
    await settle();
    onTestFinished(() => {
      vi.mocked(sleep).mockReset();
    });
    vi.mocked(sleep).mockReset().mockResolvedValue(undefined);
    await worker.drain(timeoutMs);
    expect(vi.mocked(sleep).mock.calls.map(([ms]) => ms)).toEqual([completeMs, stopMs]);
  },
);

describe("if the database does not respond", () => {
  const emma = claimOf("Emma");

  async function unreachable(renewMs: number, idleMs: number): Promise<string[]> {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const [fake, { printBook, interrupted }] = [fakeStore(), press()];
    const worker = await workerOf(fake, printBook, { periods: { renewMs } });
    worker.start();
    await vi.advanceTimersByTimeAsync(idleMs);
    fake.claimable.push(emma);
    worker.onEvent({ kind: "work", method });
    await settle();
    fake.reachable = false;
    return interrupted;
  }

  test("for longer than the lease, operations are interrupted, because others may have claimed them", async () => {
    const interrupted = await unreachable(1_000, 0);
    await vi.advanceTimersByTimeAsync(10_000);
    await settle();
    expect(interrupted).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
    expect(interrupted).toEqual(["Emma 1: lease-lost"]);
  });

  test("the time without running operations does not count", async () => {
    const interrupted = await unreachable(6_000, 5_999);
    await vi.advanceTimersByTimeAsync(9_999);
    await settle();
    expect(interrupted).toEqual([]);
    await vi.advanceTimersByTimeAsync(6_000);
    await settle();
    expect(interrupted).toEqual(["Emma 1: lease-lost"]);
  });
});

test("the operation of a handler that stops after the drain is not released a second time", async () => {
  const [fake, { printBook, end }] = [fakeStore(), press()];
  fake.claimable.push(claimOf("Emma"));
  const worker = await workerOf(fake, printBook);
  worker.start();
  await settle();
  await worker.drain(0);
  expect(fake.released).toHaveLength(1);
  end(0);
  await settle();
  expect(fake.released).toHaveLength(1);
});
