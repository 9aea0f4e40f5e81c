import { create } from "@bufbuild/protobuf";
import { Code, createContextValues, type HandlerContext } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { PrintBook } from "../../../test/lro-servers.ts";
import { PressServiceLro } from "../../../testdata/gen/acme/press/v1/press_lro.ts";
import { PrintBookRequestSchema } from "../../../testdata/gen/acme/press/v1/press_pb.ts";
import type { LroHandler } from "../handler.ts";
import { type HandlerDefaults, serveMethod } from "../method.ts";
import type { NewOperation, StartOutcome } from "../operation-store.ts";
import { createTelemetry } from "../telemetry.ts";
import { createAccess } from "./access.ts";
import { startOperation } from "./start.ts";

const run = (): object => ({});
const call = { values: createContextValues() } as HandlerContext;
const defaults: HandlerDefaults = { maxCrashes: 5, expireAfterMs: 30_000, maxRequestBytes: 1_000 };

/** Starts an operation with a handler and returns the arguments of the store, which returns the given outcome. */
async function asked(handler: PrintBook, outcome?: StartOutcome): Promise<NewOperation> {
  const asked: NewOperation[] = [];
  const store = {
    async start(operation: NewOperation): Promise<StartOutcome> {
      asked.push(operation);
      const { id, name, method, principal, result } = operation;
      const done = result !== undefined;
      return (
        outcome ?? { operation: { id, name, method, principal, metadata: undefined, done, result, deleted: false } }
      );
    },
  };
  const starting = { store: store as never, access: createAccess({}), telemetry: await createTelemetry(), defaults };
  const method = serveMethod(PressServiceLro.methods.printBook, handler as LroHandler);
  await startOperation(starting, method, create(PrintBookRequestSchema, { title: "Emma" }), call);
  return asked[0] as NewOperation;
}

describe("the name from a handler", () => {
  test.each<[string, (id: string) => string]>([
    ["does not end with the id", () => "operations/1"],
    ["has the id, but not as a segment", (id) => `operations/my-${id}`],
    ["continues after the id", (id) => `operations/${id}/1`],
    ["is the id alone", (id) => id],
    ["has 1,001 characters", (id) => `${"x".repeat(1_001 - id.length - 1)}/${id}`],
  ])("is rejected if it %s", async (_, operationName) => {
    await expect(asked({ run, operationName: (_, { id }) => operationName(id) })).rejects.toThrow(
      /^operationName of acme\.press\.v1\.PressService\.PrintBook returned ".*": return at most 1000 characters that end with "\/[0-9a-f-]{36}"$/,
    );
  });

  test("may have 1,000 characters", async () => {
    const { name } = await asked({ run, operationName: (_, { id }) => `${"x".repeat(1_000 - id.length - 1)}/${id}` });
    expect(name).toHaveLength(1_000);
  });
});

describe("the key from a handler", () => {
  const ofKey = (key: string | undefined): Promise<NewOperation> =>
    asked({ run, exclusive: { key: () => key, onBusy: "preempt" } });

  test("is stored unchanged up to 500 characters", async () => {
    const key = "k".repeat(500);
    expect(await ofKey(key)).toMatchObject({ key, parallel: "preempt" });
    expect(await ofKey("")).toMatchObject({ key: "", parallel: "preempt" });
  });

  test.each([
    ["is longer", "k".repeat(501)],
    ["has a NUL", "presses/\0"],
  ])("is stored as its hash if it %s, so only equal keys are equal", async (_, key) => {
    const [one, same, other] = [await ofKey(key), await ofKey(key), await ofKey(`${key}1`)];
    expect(one.key).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(same.key).toBe(one.key);
    expect(other.key).not.toBe(one.key);
  });

  test("can be undefined, and then no policy applies to the operation", async () => {
    expect(await ofKey(undefined)).toMatchObject({ key: undefined, parallel: "allow" });
  });

  test.each([
    ["queue", "queue"],
    ["reject", "abort"],
    ["preempt", "preempt"],
  ] as const)("is stored with the policy for onBusy: %s", async (onBusy, parallel) => {
    expect(await asked({ run, exclusive: { key: () => "k", onBusy } })).toMatchObject({ key: "k", parallel });
  });
});

describe("limits", () => {
  test("default to those of the server", async () => {
    expect(await asked(run)).toMatchObject({ maxAttempts: 5, expireAfterSeconds: 30 });
  });

  test("of the method override those of the server, including 0", async () => {
    expect(await asked({ run, maxCrashes: 1, expireAfterMs: 1_500 })).toMatchObject({
      ...{ maxAttempts: 1, expireAfterSeconds: 1.5 },
    });
    expect(await asked({ run, expireAfterMs: 0 })).toMatchObject({ expireAfterSeconds: 0 });
  });
});

describe("a request ID from a handler", () => {
  test("can have 256 characters, and an empty one means no request ID", async () => {
    expect(await asked({ run, requestId: () => "r".repeat(256) })).toMatchObject({ requestId: "r".repeat(256) });
    expect((await asked({ run, requestId: () => "" })).requestId).toBeUndefined();
  });

  test.each(["r".repeat(257), "\0"])("is rejected if it is longer or has a NUL", async (id) => {
    await expect(asked({ run, requestId: () => id })).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});

test.each([
  ["busy", Code.Aborted],
  ["mismatch", Code.InvalidArgument],
  ["name-taken", Code.AlreadyExists],
] as const)("a start that the store rejects as %s fails the call", async (refused, code) => {
  await expect(asked(run, { refused })).rejects.toMatchObject({ code });
});
