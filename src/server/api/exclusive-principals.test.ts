/*
 * Keys of exclusive operations and the callers that share them.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { byHeader, describePGlite, gate, type Press, type PressServer } from "../../../test/lro-servers.ts";
import { ResourceInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import type { OperationError } from "../../operation/errors.ts";
import type { LroExclusiveOptions } from "../handler.ts";

const emma = { press: "presses/1", title: "Emma" };
const [ann, ben] = [{ headers: { principal: "ann" } }, { headers: { principal: "ben" } }];
const access = { principal: byHeader };

/** Returns the error of a call that is rejected. */
async function errorOf(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ConnectError);
  return error as ConnectError;
}

describePGlite((engine) => {
  /** Opens a server whose operations have the same key and wait until the test ends. */
  function open(
    exclusive: Pick<LroExclusiveOptions<never>, "onBusy" | "scope">,
    options: Partial<Press> = { access },
  ): Promise<PressServer> {
    return engine.open({
      work: false,
      printBook: { run: ({ title }) => ({ title }), exclusive: { key: ({ press }) => press, ...exclusive } },
      ...options,
    });
  }

  test.each(["reject", "preempt"] as const)('"%s" does not affect operations of other principals', async (onBusy) => {
    const { press } = await open({ onBusy });
    const first = await press.printBook(emma, ann);
    await press.printBook(emma, ben);
    expect(await first.poll()).toMatchObject({ done: false });
  });

  test("no caller can forge the key of another principal", async () => {
    const { press } = await open({ onBusy: "reject" });
    await press.printBook({ ...emma, press: '["ann","presses/1"]' }, { headers: { principal: "" } });
    expect(await press.printBook({ ...emma, press: "presses/1" }, ann)).toMatchObject({ done: false });
  });

  test("a rejected call names the caller's own operation, including in a ResourceInfo", async () => {
    const { press } = await open({ onBusy: "reject" });
    const { name } = await press.printBook(emma, ann);
    const error = await errorOf(press.printBook(emma, ann));
    expect(error).toMatchObject({
      code: Code.Aborted,
      rawMessage: `operation "${name}" with the key "presses/1" is in progress: call again when it is done`,
    });
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([
      { resourceType: "google.longrunning.Operation", resourceName: name },
    ]);
  });

  test('with scope "all", a rejected call does not name an operation that its caller may not read', async () => {
    const { press } = await open({ onBusy: "reject", scope: "all" });
    await press.printBook(emma, ann);
    const error = await errorOf(press.printBook(emma, ben));
    expect(error).toMatchObject({
      code: Code.Aborted,
      rawMessage: 'another operation with the key "presses/1" is in progress: call again when it is done',
    });
    expect(error.details).toEqual([]);
  });

  test('with scope "all", a rejected call names the operation to a caller that may read it', async () => {
    const authorize = ({ action, principal }: { action: string; principal: string }): boolean =>
      action !== "get" || principal === "ben";
    const { press } = await open({ onBusy: "reject", scope: "all" }, { access: { ...access, authorize } });
    const { name } = await press.printBook(emma, ann);
    const error = await errorOf(press.printBook(emma, ben));
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([{ resourceName: name }]);
    expect((await errorOf(press.printBook(emma, ann))).details).toEqual([]);
  });

  test("a preempted operation names the operation that preempted it, if the same principal started both", async () => {
    const { press } = await open({ onBusy: "preempt" });
    const first = await press.printBook(emma, ann);
    const { name } = await press.printBook(emma, ann);
    const error = (await first.wait().catch((error: unknown) => error)) as OperationError;
    expect(error).toMatchObject({
      code: Code.Aborted,
      status: { message: `operation "${name}" with the same key preempted this one` },
    });
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([{ resourceName: name }]);
  });

  test('with scope "all", an operation that another principal preempted does not name the other operation', async () => {
    const { press } = await open({ onBusy: "preempt", scope: "all" });
    const first = await press.printBook(emma, ann);
    await press.printBook(emma, ben);
    const error = (await first.wait().catch((error: unknown) => error)) as OperationError;
    expect(error).toMatchObject({
      code: Code.Aborted,
      status: { message: "a later operation with the same key preempted this one" },
    });
    expect(error.status.details).toEqual([]);
  });

  test("the handler of a preempted operation is interrupted", async () => {
    const interrupted = gate<unknown>();
    const began = gate();
    const { press } = await open(
      { onBusy: "preempt" },
      {
        access,
        work: true,
        printBook: {
          exclusive: { key: ({ press }) => press, onBusy: "preempt" },
          async run({ title }, { signal, principal }) {
            began.open();
            if (principal === "ann" && title === "Emma") {
              await new Promise((resolve) => signal.addEventListener("abort", resolve));
              interrupted.open(signal.reason);
            }
            return { title };
          },
        },
      },
    );
    await press.printBook(emma, ann);
    await began.passed;
    await press.printBook({ ...emma, title: "Sanditon" }, ann);
    expect(await interrupted.passed).toMatchObject({ reason: "preempted" });
  });
});
