/*
 * Several processes that run operations. PGlite has only one process.
 */
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { describePostgres } from "../../../test/lro-servers.ts";
import { pressProcesses } from "../../../test/press-processes.ts";

describePostgres((engine) => {
  const processes = pressProcesses(engine);

  test("cancel on another node: the signal of the handler aborts", async () => {
    const [worker, other] = await Promise.all([processes.start(), processes.start({ work: false })]);
    const { name } = await other.press.printBook({ press: "presses/1", title: "hang" });
    await worker.saw("began");
    await other.operations.cancelOperation({ name });
    expect(await worker.saw("interrupted")).toMatchObject({ reason: "cancelled" });
    await expect(other.press.printBook.resume(name).wait()).rejects.toMatchObject({ code: Code.Canceled });
  });
});
