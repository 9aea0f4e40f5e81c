/*
 * Processes with different clocks. PGlite has only one process, which also provides the clock of the database.
 */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { describePostgres } from "../../../test/lro-servers.ts";
import { pressProcesses } from "../../../test/press-processes.ts";

const libfaketime = `/usr/lib/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu/faketime/libfaketime.so.1`;
const isMissing = !existsSync(libfaketime);
if (isMissing) {
  console.warn("libfaketime is not installed: the test of clock skew is skipped.");
}

describePostgres((engine) => {
  const processes = pressProcesses(engine);

  test("clock skew: workers whose clocks are a day off keep their leases, claim no others, and expire no operations", async ({
    skip,
  }) => {
    skip(isMissing, "libfaketime is not installed");
    const clocks = ["-1d", "+0", "+1d"].map((skew) => ({
      ...{ LD_PRELOAD: libfaketime, FAKETIME: skew, FAKETIME_DONT_FAKE_MONOTONIC: "1" },
    }));
    // Shorter than the skew: a worker that used its own clock would delete operations that others completed.
    const hour = 60 * 60 * 1_000;
    const workers = await Promise.all(clocks.map((clock) => processes.start({ expireAfterMs: hour }, clock)));
    const day = 24 * hour;
    expect(workers.map(({ clock }) => Math.floor((clock - Date.now()) / day + 0.5))).toEqual([-1, 0, 1]);
    const names: string[] = [];
    for (const [index, { press }] of workers.entries()) {
      const done = await press.printBook({ press: `presses/${index}`, title: "Emma" });
      await done.wait();
      names.push(done.name);
    }
    // More than one worker can run concurrently.
    for (let i = 0; i < 50; i++) {
      await workers[0]?.press.printBook({ press: `presses/${i}`, title: "stubborn" });
    }
    // Wait for longer than a lease.
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
});
