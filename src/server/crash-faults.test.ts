/*
 * Workers that crash, stall, or end: processes that are really killed and stopped.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { describeEngines } from "../../testdata/lro-servers.js";
import type { ProcessOptions } from "../../testdata/press-process.js";
import { type PressProcess, pressProcesses } from "../../testdata/press-processes.js";

describeEngines((engine) => {
  const processes = pressProcesses();
  const distributed = engine.kind === "PostgreSQL";
  let dataDir = "";

  /** Starts a worker over the data of this test. On PGlite, one that came before must have ended. */
  function startWorker(options: Partial<ProcessOptions> = {}): Promise<PressProcess> {
    return processes.start({ engine: distributed ? engine.address() : { dataDir }, ...options });
  }

  /** As if all leases had passed. PGlite knows when it is opened that no other worker can hold any. */
  async function passLeases(): Promise<void> {
    if (distributed) {
      await engine.sql("UPDATE job SET heartbeat_on = now() - interval '1 day' WHERE state = 'active'");
    }
  }

  async function kill(worker: PressProcess): Promise<void> {
    worker.signal("SIGKILL");
    await worker.exited;
    await passLeases();
  }

  function sharedData(): void {
    dataDir = distributed ? "" : processes.dataDir();
  }

  test("crash mid-operation: another worker runs it again, and it ends once", async () => {
    sharedData();
    const first = await startWorker();
    const { name } = await first.press.printBook({ press: "presses/1", title: "hang" });
    await first.saw("began");
    first.signal("SIGKILL");
    await first.exited;
    // On PostgreSQL the lease really passes here.
    const second = await startWorker();
    expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: "hang, attempt 2" });
    expect(second.events.filter(({ kind }) => kind === "began")).toHaveLength(1);
  });

  test("FIFO head in retry: its successor does not overtake", async () => {
    sharedData();
    const journal = join(processes.directory(), "journal");
    const first = await startWorker({ journal });
    const head = await first.press.printBook({ press: "presses/1", title: "hang" });
    await first.press.printBook({ press: "presses/1", title: "next" });
    const last = await first.press.printBook({ press: "presses/1", title: "last" });
    await first.saw("began", "hang");
    await kill(first);
    const second = await startWorker({ journal });
    await second.press.printBook.resume(last.name).wait();
    expect(await second.press.printBook.resume(head.name).wait()).toMatchObject({ title: "hang, attempt 2" });
    expect(readFileSync(journal, "utf8").trim().split("\n")).toEqual([
      "begin presses/1 hang",
      ...["hang", "next", "last"].flatMap((title) => [`begin presses/1 ${title}`, `end presses/1 ${title}`]),
    ]);
  });

  test("poison: a handler that ends the process fails with INTERNAL in the end, and frees its key", async () => {
    sharedData();
    const first = await startWorker({ maxAttempts: 2 });
    const poison = await first.press.printBook({ press: "presses/1", title: "exit" }).catch(() => undefined);
    await first.exited;
    await passLeases();
    // It may end before it is ready.
    const second = await startWorker({ maxAttempts: 2 }).catch(() => undefined);
    await second?.exited;
    await passLeases();
    const third = await startWorker({ maxAttempts: 2 });
    const next = await third.press.printBook({ press: "presses/1", title: "next" });
    expect(await next.wait()).toMatchObject({ title: "next, attempt 1" });
    const name = poison?.name ?? (await third.operations.listOperations({})).operations.at(-1)?.name ?? "";
    await expect(third.press.printBook.resume(name).wait()).rejects.toMatchObject({ code: Code.Internal });
  });

  test("drain: SIGTERM hands a running operation over without counting it as a crash", async () => {
    sharedData();
    const first = await startWorker({ maxAttempts: 1 });
    const { name } = await first.press.printBook({ press: "presses/1", title: "hang" });
    const stubborn = await first.press.printBook({ press: "presses/2", title: "stubborn" });
    await first.saw("began", "hang");
    await first.saw("began", "stubborn");
    first.signal("SIGTERM");
    expect(await first.saw("interrupted", "hang")).toMatchObject({ reason: "draining" });
    expect(await first.exited).toBe(0);
    const second = await startWorker({ maxAttempts: 1 });
    expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: "hang, attempt 2" });
    expect(await second.press.printBook.resume(stubborn.name).wait()).toMatchObject({ title: "stubborn, attempt 2" });
  });

  test("clock skew: a worker whose clock is a day off keeps its lease, and expires nothing", async () => {
    sharedData();
    const worker = await startWorker({ clockSkewMs: 24 * 60 * 60 * 1_000 });
    const done = await worker.press.printBook({ press: "presses/1", title: "Emma" });
    await done.wait();
    const running = await worker.press.printBook({ press: "presses/1", title: "hang" });
    await worker.saw("began", "hang");
    // Longer than the time between two sweeps.
    await expect.poll(() => worker.operations.getOperation({ name: running.name })).toMatchObject({ done: false });
    await worker.press.printBook({ press: "presses/2", title: "stall 2500" }).then((operation) => operation.wait());
    expect(await worker.operations.getOperation({ name: done.name })).toMatchObject({ done: true });
    expect(worker.events.some(({ kind }) => kind === "interrupted")).toBe(false);
  });

  if (distributed) {
    test("zombie: a stopped worker that wakes up again can write nothing, and is told so", async () => {
      const zombie = await startWorker();
      const { name } = await zombie.press.printBook({ press: "presses/1", title: "stall 500" });
      await zombie.saw("began");
      zombie.signal("SIGSTOP");
      await passLeases();
      const second = await startWorker();
      expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: "stall 500, attempt 2" });
      const before = await second.operations.getOperation({ name });
      zombie.signal("SIGCONT");
      expect(await zombie.saw("refused")).toMatchObject({ reason: "lease-lost" });
      expect(await zombie.saw("interrupted")).toMatchObject({ reason: "lease-lost" });
      await zombie.saw("ended");
      expect(await second.operations.getOperation({ name })).toEqual(before);
    });

    test("event-loop stall: a worker that blocks past its lease can write nothing, and is told so", async () => {
      const stalled = await startWorker();
      const { name } = await stalled.press.printBook({ press: "presses/1", title: "stall 6000" });
      await stalled.saw("began");
      await passLeases();
      const second = await startWorker();
      expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: "stall 6000, attempt 2" });
      const before = await second.operations.getOperation({ name });
      expect(await stalled.saw("refused")).toMatchObject({ reason: "lease-lost" });
      expect(await second.operations.getOperation({ name })).toEqual(before);
    });

    test("two workers, one key: 200 operations run one at a time, in the order of their start", async () => {
      const journal = join(processes.directory(), "journal");
      const workers = await Promise.all([startWorker({ journal }), startWorker({ journal })]);
      const titles = Array.from({ length: 200 }, (_, i) => `book-${i}`);
      let last = "";
      for (const title of titles) {
        last = (await workers[0].press.printBook({ press: "presses/1", title })).name;
      }
      await workers[1].press.printBook.resume(last).wait();
      expect(readFileSync(journal, "utf8").trim().split("\n")).toEqual(
        titles.flatMap((title) => [`begin presses/1 ${title}`, `end presses/1 ${title}`]),
      );
      for (const { events } of workers) {
        expect(events.some(({ kind }) => kind === "began")).toBe(true);
      }
    });

    test("cancel on another node: the worker's signal tells it to stop", async () => {
      const [worker, other] = await Promise.all([startWorker(), startWorker({ work: false })]);
      const { name } = await other.press.printBook({ press: "presses/1", title: "hang" });
      await worker.saw("began");
      await other.operations.cancelOperation({ name });
      expect(await worker.saw("interrupted")).toMatchObject({ reason: "cancelled" });
      await expect(other.press.printBook.resume(name).wait()).rejects.toMatchObject({ code: Code.Canceled });
    });
  } else {
    test("PGlite opened twice: the second process refuses, until the first has ended", async () => {
      sharedData();
      const first = await startWorker();
      await expect(startWorker()).rejects.toThrow(/is in use by process \d+/);
      first.signal("SIGKILL");
      await first.exited;
      await startWorker();
    });
  }
});
