/*
 * A cancelled operation fails with CANCELLED and the same message, regardless of the process that runs or ends it.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { describeEngines, gate, leaseSeconds, type Press, type PressServer } from "../../../test/lro-servers.ts";
import { never } from "../../../test/operation-stores.ts";
import { type Engine, openEngine } from "../engine.ts";
import type { RunningOperation } from "../handler.ts";
import type { OperationStore } from "../operation-store.ts";

const emma = { press: "presses/1", title: "Emma" };
const method = "acme.press.v1.PressService.PrintBook";
const cancelled = { code: Code.Canceled, status: { message: "the operation was cancelled" } };

/** Opens the store of an engine, to claim operations as a process that crashes does. */
async function openStore(engine: Engine): Promise<OperationStore> {
  const store = await openEngine(engine, { leaseSeconds, heartbeatMs: never, log: () => {} });
  onTestFinished(() => store.close());
  return store;
}

describeEngines((engine) => {
  test("an operation that no worker has claimed", async () => {
    const { press } = await engine.open({ work: false });
    const operation = await press.printBook(emma);
    await operation.cancel();
    await expect(operation.wait()).rejects.toMatchObject(cancelled);
  });

  test.each<[string, (operation: RunningOperation) => unknown]>([
    ["the signal's reason", ({ signal }) => signal.reason],
    ["another error", () => new Error("stopped")],
    ["a ConnectError that the interruption caused", ({ signal }) => ConnectError.from(signal.reason, Code.Canceled)],
  ])("an operation whose handler throws %s", async (_, thrown) => {
    const began = gate();
    const { press } = await engine.open({
      async printBook(_, operation) {
        began.open();
        await new Promise((resolve) => operation.signal.addEventListener("abort", resolve));
        throw thrown(operation);
      },
    });
    const operation = await press.printBook(emma);
    await began.passed;
    await operation.cancel();
    await expect(operation.wait()).rejects.toMatchObject(cancelled);
  });

  test.each([1, 2])(
    "an operation whose worker crashed before it saw the cancellation, with %d permitted crashes",
    async (maxCrashes) => {
      const handler: Press = { printBook: { run: ({ title }) => ({ title }), maxCrashes } };
      const frontend: PressServer = await engine.open({ ...handler, work: false });
      const operation = await frontend.press.printBook(emma);
      expect(await (await openStore(engine.engine())).claim(method, 1)).toHaveLength(1);
      await operation.cancel();
      await engine.leasesPass();
      await engine.open(handler);
      await expect(operation.wait()).rejects.toMatchObject(cancelled);
    },
  );
});
