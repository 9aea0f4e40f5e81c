import { describe, expect, onTestFinished, test, vi } from "vitest";
import { claimOf, fakeStore, method, press, settle, workerOf } from "../../../test/fake-worker.ts";
import { gate } from "../../../test/lro-servers.ts";
import type { PrintBookResponse } from "../../../testdata/gen/acme/press/v1/press_pb.ts";

describe("looking for work", () => {
  test("goes on when an operation ends that had taken the last room", async () => {
    const [fake, { printBook, begun, end }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma"), claimOf("Persuasion"), claimOf("Sanditon"));
    (await workerOf(fake, printBook, { concurrency: 2 })).start();
    await settle();
    expect(begun).toEqual(["Emma", "Persuasion"]);
    end(1);
    await settle();
    expect(begun).toEqual(["Emma", "Persuasion", "Sanditon"]);
  });

  test("goes on for an announcement that came when there was no room", async () => {
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

  test("asks for as many as there is room for, again after a full batch, and not after another", async () => {
    const [fake, { printBook, end }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma"), claimOf("Persuasion"), claimOf("Sanditon"));
    const worker = await workerOf(fake, printBook, { concurrency: 2 });
    worker.start();
    await settle();
    expect(fake.limits).toEqual([2]);
    end(0);
    await settle();
    // It was full again, so there may be more.
    expect(fake.limits).toEqual([2, 1]);
    end(1);
    await settle();
    expect(fake.limits).toEqual([2, 1, 1]);
    end(2);
    await settle();
    expect(fake.limits).toEqual([2, 1, 1]);
    expect(worker.size).toBe(0);
  });

  test("finds what was not announced, and asks no method that has none", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    (await workerOf(fake, printBook, { periods: { sweepMs: 1 } })).start();
    await expect.poll(() => fake.looks).toBeGreaterThan(5);
    expect(fake).toMatchObject({ limits: [20], sweeps: 0 });
    fake.claimable.push(claimOf("Emma"));
    await expect.poll(() => begun).toEqual(["Emma"]);
    expect(fake.limits).toHaveLength(2);
  });

  test("cleans up when there is something to clean up, and finds what that frees", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    fake.untidy = true;
    fake.store.sweep = async () => {
      fake.sweeps++;
      fake.untidy = false;
      fake.claimable.push(claimOf("Emma"));
    };
    (await workerOf(fake, printBook, { periods: { sweepMs: 1 } })).start();
    await expect.poll(() => begun).toEqual(["Emma"]);
    expect(fake.sweeps).toBe(1);
  });

  test("starts anew where announcements may have been lost, and leaves alone what is not for it", async () => {
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

describe("an operation that changes", () => {
  test.each(["cancelled", "preempted"] as const)("is told that it was %s", async (state) => {
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

describe("an operation that is cancelled", () => {
  test("before a crash ends as cancelled when it is claimed again, and does not run", async () => {
    const [fake, { printBook, begun }] = [fakeStore(), press()];
    fake.claimable.push(claimOf("Emma", { attempt: 2, cancelRequested: true }));
    (await workerOf(fake, printBook)).start();
    await settle();
    expect(fake.settled).toMatchObject([{ claim: { attempt: 2 }, result: { error: expect.anything() } }]);
    expect(begun).toEqual([]);
  });

  test("may still write metadata, and commit", async () => {
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

test.each(["lost", "preempted"] as const)("an operation that is %s writes nothing any more", async (state) => {
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

test("the end of an earlier attempt does not take away the later one", async () => {
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
  test("waits for a claim that is under way, and hands back what it brings", async () => {
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

  test("hands back what does not stop, and looks for nothing more", async () => {
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

describe("a database that does not answer", () => {
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

  test("for longer than a lease may have given the operations to others: they are told to stop", async () => {
    const interrupted = await unreachable(1_000, 0);
    await vi.advanceTimersByTimeAsync(10_000);
    await settle();
    expect(interrupted).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    await settle();
    expect(interrupted).toEqual(["Emma 1: lease-lost"]);
  });

  test("may not have answered for the time in which nothing ran", async () => {
    const interrupted = await unreachable(6_000, 5_999);
    await vi.advanceTimersByTimeAsync(9_999);
    await settle();
    expect(interrupted).toEqual([]);
    await vi.advanceTimersByTimeAsync(6_000);
    await settle();
    expect(interrupted).toEqual(["Emma 1: lease-lost"]);
  });
});

test("a handler that stops after the drain is not released a second time, when the database may be closed", async () => {
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
