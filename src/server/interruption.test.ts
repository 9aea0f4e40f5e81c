import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { describeEngines, gate } from "../../test/lro-servers.ts";
import { OperationInterruption } from "./index.ts";

const emma = { press: "presses/1", title: "Emma" };

describe("an interruption", () => {
  test("is recognized by instanceof", () => {
    const interruption = new OperationInterruption("cancelled");
    expect(interruption).toBeInstanceOf(OperationInterruption);
    expect(interruption).toBeInstanceOf(Error);
    expect(interruption).not.toBeInstanceOf(ConnectError);
    expect(new ConnectError("cancelled", Code.Canceled)).not.toBeInstanceOf(OperationInterruption);
    expect(new Error("cancelled")).not.toBeInstanceOf(OperationInterruption);
    expect(undefined).not.toBeInstanceOf(OperationInterruption);
  });

  test("from another copy of the package is recognized, too", () => {
    const foreign = Object.assign(new Error("x"), { name: "OperationInterruption", reason: "draining" });
    expect(foreign).toBeInstanceOf(OperationInterruption);
  });

  test("has a code and converts to a ConnectError whose message does not repeat it", () => {
    const error = new OperationInterruption("preempted").toConnectError();
    expect(error).toBeInstanceOf(ConnectError);
    expect([error.code, error.rawMessage]).toEqual([
      Code.Aborted,
      "a later operation with the same key preempted this one",
    ]);
  });
});

describeEngines((engine) => {
  test.each<[string, (reason: OperationInterruption) => unknown]>([
    ["directly", (reason) => reason],
    ["as the cause of another error", (cause) => new Error("the export has stopped", { cause })],
    ["through ConnectError.from", (reason) => ConnectError.from(reason)],
    ["as Connect does for an aborted call", (reason) => ConnectError.from(reason, Code.Canceled)],
    ["deep in a chain of causes", (cause) => new Error("a", { cause: new Error("b", { cause }) })],
  ])("a handler that rethrows it %s fails the operation with its code and message", async (_, rethrown) => {
    const began = gate();
    const { press, operations } = await engine.open({
      async printBook(_, { signal }) {
        began.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw rethrown(signal.reason);
      },
    });
    const operation = await press.printBook(emma);
    await began.passed;
    await operation.cancel();
    await expect(operation.wait()).rejects.toMatchObject({ code: Code.Canceled });
    const { result } = await operations.getOperation({ name: operation.name });
    expect(result.value).toMatchObject({ code: Code.Canceled, message: "the operation was cancelled" });
  });

  test("a handler that throws its own ConnectError after a cancellation fails the operation with that error", async () => {
    const began = gate();
    const { press } = await engine.open({
      async printBook(_, { signal }) {
        began.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw new ConnectError("half of the book is printed", Code.DataLoss);
      },
    });
    const operation = await press.printBook(emma);
    await began.passed;
    await operation.cancel();
    await expect(operation.wait()).rejects.toMatchObject({ code: Code.DataLoss });
  });
});
