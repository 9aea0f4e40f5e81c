/*
 * Processes that stall for longer than their lease, then continue.
 */
import { expect, test } from "vitest";
import { describePostgres } from "../../../test/lro-servers.ts";
import { type PressProcess, pressProcesses } from "../../../test/press-processes.ts";
import type { Operation } from "../../../testdata/gen/google/longrunning/operations_pb.ts";

describePostgres((engine) => {
  const processes = pressProcesses(engine);

  /** Waits until the lease expires and another process completes the operation. */
  async function takenOver(name: string, title: string): Promise<{ second: PressProcess; done: Operation }> {
    await engine.leasesPass();
    const second = await processes.start();
    expect(await second.press.printBook.resume(name).wait()).toMatchObject({ title: `${title}, attempt 2` });
    return { second, done: await second.operations.getOperation({ name }) };
  }

  test("zombie: writes of a stopped worker that continues are rejected with lease-lost", async () => {
    const stall = processes.stall();
    const zombie = await processes.start();
    const { name } = await zombie.press.printBook({ press: "presses/1", title: stall.title });
    await zombie.saw("began");
    zombie.signal("SIGSTOP");
    const { second, done } = await takenOver(name, stall.title);
    stall.end();
    zombie.signal("SIGCONT");
    expect(await zombie.saw("refused")).toMatchObject({ reason: "lease-lost" });
    expect(await zombie.saw("interrupted")).toMatchObject({ reason: "lease-lost" });
    await zombie.saw("ended");
    expect(await second.operations.getOperation({ name })).toEqual(done);
  });

  test("event-loop stall: writes of a worker that blocks past its lease are rejected with lease-lost", async () => {
    const stall = processes.stall();
    const stalled = await processes.start();
    const { name } = await stalled.press.printBook({ press: "presses/1", title: stall.title });
    await stalled.saw("began");
    const { second, done } = await takenOver(name, stall.title);
    expect(stalled.events.some(({ kind }) => kind === "stalled")).toBe(false);
    stall.end();
    expect(await stalled.saw("refused")).toMatchObject({ reason: "lease-lost" });
    await stalled.saw("ended");
    expect(await second.operations.getOperation({ name })).toEqual(done);
  });
});
