/*
 * Processes that exit while they run operations. On PostgreSQL, others can claim these when the lease expires; on PGlite,
 * when the next process opens the data directory.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { describeEngines } from "../../../test/lro-servers.ts";
import { type PressProcess, pressProcesses } from "../../../test/press-processes.ts";

describeEngines((engine) => {
  const processes = pressProcesses(engine);

  async function kill(worker: PressProcess): Promise<void> {
    worker.signal("SIGKILL");
    await ended(worker);
  }

  /** Waits until others can claim the operations of a process. On PGlite, the next process can do so immediately. */
  async function ended(worker: PressProcess | undefined): Promise<void> {
    await worker?.exited;
    if (engine.kind === "PostgreSQL") {
      await engine.leasesPass();
    }
  }

  test("crash mid-operation: another worker runs it again, and it completes once", async () => {
    const first = await processes.start();
    const { name } = await first.press.printBook({ press: "presses/1", title: "hang" });
    await first.saw("began");
    await kill(first);
    const second = await processes.start();
    expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: "hang, attempt 2" });
    expect(second.events.filter(({ kind }) => kind === "began")).toHaveLength(1);
  });

  test("FIFO head in retry: the next operation does not overtake it", async () => {
    const journal = join(processes.directory(), "journal");
    const first = await processes.start({ journal });
    const head = await first.press.printBook({ press: "presses/1", title: "hang" });
    await first.press.printBook({ press: "presses/1", title: "next" });
    const last = await first.press.printBook({ press: "presses/1", title: "last" });
    await first.saw("began", "hang");
    await kill(first);
    const second = await processes.start({ journal });
    await second.press.printBook.resume(last.name).wait();
    expect(await second.press.printBook.resume(head.name).wait()).toMatchObject({ title: "hang, attempt 2" });
    expect(readFileSync(journal, "utf8").trim().split("\n")).toEqual([
      "begin presses/1 hang",
      ...["hang", "next", "last"].flatMap((title) => [`begin presses/1 ${title}`, `end presses/1 ${title}`]),
    ]);
  });

  test("poison: an operation whose handler exits the process finally fails with INTERNAL and frees its key", async () => {
    const first = await processes.start({ maxCrashes: 2 });
    const poison = await first.press.printBook({ press: "presses/1", title: "exit" }).catch(() => undefined);
    await ended(first);
    // The process can exit before it is ready.
    const second = await processes.start({ maxCrashes: 2 }).catch(() => undefined);
    await ended(second);
    const third = await processes.start({ maxCrashes: 2 });
    const next = await third.press.printBook({ press: "presses/1", title: "next" });
    expect(await next.wait()).toMatchObject({ title: "next, attempt 1" });
    const name = poison?.name ?? (await third.operations.listOperations({})).operations.at(-1)?.name ?? "";
    await expect(third.press.printBook.resume(name).wait()).rejects.toMatchObject({ code: Code.Internal });
  });

  test("drain: SIGTERM hands a running operation over without counting it as a crash", async () => {
    const first = await processes.start({ maxCrashes: 1 });
    const { name } = await first.press.printBook({ press: "presses/1", title: "hang" });
    const stubborn = await first.press.printBook({ press: "presses/2", title: "stubborn" });
    await first.saw("began", "hang");
    await first.saw("began", "stubborn");
    first.signal("SIGTERM");
    expect(await first.saw("interrupted", "hang")).toMatchObject({ reason: "draining" });
    expect(await first.exited).toBe(0);
    const second = await processes.start({ maxCrashes: 1 });
    expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: "hang, attempt 2" });
    expect(await second.press.printBook.resume(stubborn.name).wait()).toMatchObject({ title: "stubborn, attempt 2" });
  });

  if (engine.kind === "PGlite") {
    test("PGlite opened twice: the second process fails to start until the first one exits", async () => {
      const first = await processes.start();
      await expect(processes.start()).rejects.toThrow(/is in use by process \d+/);
      await kill(first);
      await processes.start();
    });
  }
});
