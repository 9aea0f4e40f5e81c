/*
 * Processes that stand still for longer than their lease, and go on as if nothing had happened.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeEngines } from "../../../test/lro-servers.ts";
import { type PressProcess, pressProcesses } from "../../../test/press-processes.ts";
import type { Operation } from "../../../testdata/gen/google/longrunning/operations_pb.ts";

/** Longer than the lease, and the time until somebody looks. */
const stoppedMs = 13_000;

describeEngines((engine) => {
  const processes = pressProcesses(engine);

  /** The operation when another process has ended it. */
  async function takenOver(name: string, title: string): Promise<{ second: PressProcess; done: Operation }> {
    const second = await processes.start();
    expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: `${title}, attempt 2` });
    return { second, done: await second.operations.getOperation({ name }) };
  }

  /** The only process goes on with what it did, or runs it again: the operation ends once, by the latest attempt. */
  async function endsOnce(only: PressProcess, name: string): Promise<void> {
    const { title } = await only.press.printBook.resume(name).wait();
    const done = await only.operations.getOperation({ name });
    const attempts = Number(title.at(-1));
    await expect.poll(() => only.events.filter(({ kind }) => kind === "ended").length).toBe(attempts);
    expect(only.events.filter(({ kind }) => kind === "began")).toHaveLength(attempts);
    expect(await only.operations.getOperation({ name })).toEqual(done);
  }

  test("zombie: a stopped worker that wakes up again can write nothing, and is told so", async () => {
    const zombie = await processes.start();
    const { name } = await zombie.press.printBook({ press: "presses/1", title: "stall 500" });
    await zombie.saw("began");
    zombie.signal("SIGSTOP");
    if (engine.kind === "PGlite") {
      await sleep(stoppedMs);
      zombie.signal("SIGCONT");
      await endsOnce(zombie, name);
      return;
    }
    const { second, done } = await takenOver(name, "stall 500");
    zombie.signal("SIGCONT");
    expect(await zombie.saw("refused")).toMatchObject({ reason: "lease-lost" });
    expect(await zombie.saw("interrupted")).toMatchObject({ reason: "lease-lost" });
    await zombie.saw("ended");
    expect(await second.operations.getOperation({ name })).toEqual(done);
  });

  test("event-loop stall: a worker that blocks past its lease can write nothing, and is told so", async () => {
    const stalled = await processes.start();
    const { name } = await stalled.press.printBook({ press: "presses/1", title: "stall 40000" });
    await stalled.saw("began");
    if (engine.kind === "PGlite") {
      await stalled.saw("stalled");
      await endsOnce(stalled, name);
      return;
    }
    const { second, done } = await takenOver(name, "stall 40000");
    expect(stalled.events.some(({ kind }) => kind === "stalled")).toBe(false);
    expect(await stalled.saw("refused")).toMatchObject({ reason: "lease-lost" });
    await stalled.saw("ended");
    expect(await second.operations.getOperation({ name })).toEqual(done);
  }, 120_000);
});
