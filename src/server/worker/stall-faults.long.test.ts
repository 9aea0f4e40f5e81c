/*
 * The same tests, with leases that really expire, and also with the stalled process as the only one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { describePGlite } from "../../../test/lro-servers.ts";
import { type PressProcess, pressProcesses } from "../../../test/press-processes.ts";
import "./stall-faults.test.ts";

/** Longer than the lease and the interval of the sweep. */
const stoppedMs = 13_000;

describePGlite((engine) => {
  const processes = pressProcesses(engine);

  /** The process continues its attempt or runs a second one. The operation completes once, with the latest attempt. */
  async function endsOnce(only: PressProcess, name: string): Promise<void> {
    const { title } = await only.press.printBook.resume(name).wait();
    const done = await only.operations.getOperation({ name });
    const attempts = Number(title.at(-1));
    expect([1, 2]).toContain(attempts);
    await expect.poll(() => only.events.filter(({ kind }) => kind === "ended").length).toBe(attempts);
    expect(only.events.filter(({ kind }) => kind === "began")).toHaveLength(attempts);
    expect(await only.operations.getOperation({ name })).toEqual(done);
  }

  test("zombie: a stopped worker that continues completes its operation once", async () => {
    const stall = processes.stall();
    const zombie = await processes.start();
    const { name } = await zombie.press.printBook({ press: "presses/1", title: stall.title });
    await zombie.saw("began");
    zombie.signal("SIGSTOP");
    await sleep(stoppedMs);
    stall.end();
    zombie.signal("SIGCONT");
    await endsOnce(zombie, name);
  });

  test("event-loop stall: a worker that blocks past its lease completes its operation once", async () => {
    const stall = processes.stall();
    const stalled = await processes.start();
    const { name } = await stalled.press.printBook({ press: "presses/1", title: stall.title });
    await stalled.saw("began");
    await sleep(stoppedMs);
    stall.end();
    await endsOnce(stalled, name);
  });
});
