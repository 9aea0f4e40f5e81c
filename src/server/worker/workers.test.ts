/*
 * Processes that share the work, also where their clocks disagree.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { describeEngines } from "../../../test/lro-servers.ts";
import { pressProcesses } from "../../../test/press-processes.ts";

const libfaketime = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/faketime/libfaketime.so.1`;
const isMissing = !existsSync(libfaketime);
if (isMissing) {
  console.warn("libfaketime is not installed: the test of clock skew is skipped.");
}

describeEngines((engine) => {
  const processes = pressProcesses(engine);

  test("two workers, one key: 200 operations of each key run one at a time, in the order of their start", async () => {
    const journal = join(processes.directory(), "journal");
    // With room for one operation each, both workers are needed: there is always work of another key.
    const options = { journal, concurrency: 1 };
    const first = await processes.start(options);
    const second = engine.kind === "PGlite" ? first : await processes.start(options);
    const presses = ["presses/1", "presses/2", "presses/3"];
    const titles = Array.from({ length: 200 }, (_, i) => `book-${i}`);
    const last = new Map<string, string>();
    for (const title of titles) {
      for (const press of presses) {
        last.set(press, (await first.press.printBook({ press, title })).name);
      }
    }
    await Promise.all([...last.values()].map((name) => second.press.printBook.resume(name).wait()));
    const lines = readFileSync(journal, "utf8").trim().split("\n");
    for (const press of presses) {
      expect(lines.filter((line) => line.includes(press))).toEqual(
        titles.flatMap((title) => [`begin ${press} ${title}`, `end ${press} ${title}`]),
      );
    }
    for (const { events } of [first, second]) {
      expect(events.some(({ kind }) => kind === "began")).toBe(true);
    }
  });

  // On PGlite there is no other node, and the clock of the process is the database's.
  if (engine.kind === "PostgreSQL") {
    test("cancel on another node: the worker's signal tells it to stop", async () => {
      const [worker, other] = await Promise.all([processes.start(), processes.start({ work: false })]);
      const { name } = await other.press.printBook({ press: "presses/1", title: "hang" });
      await worker.saw("began");
      await other.operations.cancelOperation({ name });
      expect(await worker.saw("interrupted")).toMatchObject({ reason: "cancelled" });
      await expect(other.press.printBook.resume(name).wait()).rejects.toMatchObject({ code: Code.Canceled });
    });

    test("clock skew: workers whose clocks are a day off keep their leases, take no others, and expire nothing", async ({
      skip,
    }) => {
      skip(isMissing, "libfaketime is not installed");
      const clocks = ["-1d", "+0", "+1d"].map((skew) => ({
        ...{ LD_PRELOAD: libfaketime, FAKETIME: skew, FAKETIME_DONT_FAKE_MONOTONIC: "1" },
      }));
      const workers = await Promise.all(clocks.map((clock) => processes.start({}, clock)));
      const day = 24 * 60 * 60 * 1_000;
      expect(workers.map(({ clock }) => Math.floor((clock - Date.now()) / day + 0.5))).toEqual([-1, 0, 1]);
      const names: string[] = [];
      for (const [index, { press }] of workers.entries()) {
        const done = await press.printBook({ press: `presses/${index}`, title: "Emma" });
        await done.wait();
        names.push(done.name);
      }
      // More than one worker has room for.
      for (let i = 0; i < 50; i++) {
        await workers[0]?.press.printBook({ press: `presses/${i}`, title: "stubborn" });
      }
      // Longer than a lease.
      await sleep(13_000);
      const events = workers.flatMap(({ events }) => events);
      expect(events.filter((event) => "attempt" in event && event.attempt > 1)).toEqual([]);
      expect(events.some(({ kind }) => kind === "interrupted")).toBe(false);
      for (const worker of workers) {
        expect(worker.events.some((event) => "title" in event && event.title === "stubborn")).toBe(true);
      }
      for (const name of names) {
        expect(await workers[1]?.operations.getOperation({ name })).toMatchObject({ done: true });
      }
    });
  }
});
