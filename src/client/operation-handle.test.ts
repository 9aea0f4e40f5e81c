import { inspect } from "node:util";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { describe, expect, test } from "vitest";
import { failed, late, name, progress, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";

const noWait = { polling: { longPollMs: 0 } };

describe("an operation shows its name and state", () => {
  test("in a console, in JSON, and in comparisons", async () => {
    const { library } = scriptedServer({ start: running(40) });
    const op = await library.createBook({});
    const shown = { name, done: false, metadata: { progressPercent: 40 } };
    expect(op).toMatchObject(shown);
    expect(inspect(op)).toMatch(/name: 'operations\/1',\s+done: false,\s+metadata: \{[^}]*progressPercent: 40/);
    expect(JSON.parse(JSON.stringify(op))).toMatchObject(shown);
    expect(Object.keys(JSON.parse(JSON.stringify(op)))).toEqual(["name", "done", "metadata"]);
  });

  test("in JSON even if its metadata has numbers that JSON cannot represent", async () => {
    const { library } = scriptedServer({});
    const op = library.createBook.resume(name);
    Object.assign(op, { metadata: timestampFromMs(1_000) });
    expect(JSON.parse(JSON.stringify(op)).metadata).toMatchObject({ seconds: "1", nanos: 0 });
  });

  test("in a way that two different operations, and two states of one, are not equal", async () => {
    const { library } = scriptedServer({ get: [running(50), succeeded()] });
    const [one, same, other] = ["operations/1", "operations/1", "operations/2"].map((name) =>
      library.createBook.resume(name),
    );
    expect(one).toEqual(same);
    expect(one).not.toEqual(other);
    await one?.poll();
    expect(one).not.toEqual(same);
    const nameless = await Promise.all(
      ["Emma", "Persuasion"].map((title) =>
        scriptedServer({ start: { ...succeeded(title), name: "" } }).library.createBook({}),
      ),
    );
    expect(nameless[0]).not.toEqual(nameless[1]);
  });
});

describe("metadata", () => {
  test("is the same object until it changes, including in updates and in the outcome", async () => {
    const states = [running(50), running(50), running(60), { ...succeeded(), metadata: progress(60) }];
    const { library } = scriptedServer({ start: running(50), get: states }, noWait);
    const op = await library.createBook({});
    const first = op.metadata;
    const seen = [];
    for await (const { metadata } of op.updates()) {
      seen.push(metadata);
      expect(op.metadata).toBe(metadata);
    }
    expect(seen.map((metadata) => metadata === first)).toEqual([true, true, true, false, false]);
    expect(seen[4]).toBe(seen[3]);
    expect((await op.outcome()).metadata).toBe(seen[3]);
  });

  test("is unpacked again if only its type or its length changes", async () => {
    const typeless = { ...progress(50), typeUrl: "type.example/other" };
    const get = [{ name, metadata: typeless }, running(50), { name, metadata: progress(0) }, { name }];
    const { library } = scriptedServer({ start: running(50), get });
    const op = await library.createBook({});
    const seen = [];
    for (const _ of get) {
      seen.push((await op.poll()).metadata?.progressPercent);
    }
    expect(seen).toEqual([undefined, 50, 0, undefined]);
  });
});

describe("the stack of an error contains the line of the wait", () => {
  const down = new ConnectError("no", Code.PermissionDenied);

  /** Returns the error of a wait that is not awaited in the function that starts it. */
  async function errorOf(start: () => Promise<unknown>): Promise<Error> {
    const waiting = (function lineThatWaits() {
      return start();
    })();
    return await waiting.then(
      () => new Error("it did not fail"),
      (error) => error,
    );
  }

  test.each([
    ["WaitTimeoutError", {}, { timeoutMs: 1_000 }, "not done after 1000 ms"],
    ["WaitAbortedError", {}, { signal: AbortSignal.abort() }, "was aborted"],
    ["OperationPollError", { get: [down] }, {}, "could not be read"],
  ] as const)("%s", async (kind, script, options, message) => {
    const { library } = scriptedServer(script);
    const op = await library.createBook({});
    for (const start of [() => op.wait(options), () => op.outcome(options)]) {
      const { name, stack } = await errorOf(start);
      expect(name).toBe(kind);
      expect(stack?.startsWith(`${kind}: `)).toBe(true);
      expect(stack).toContain(message);
      expect(stack).toContain("lineThatWaits");
      expect(stack).toContain("operation-handle.test.ts");
    }
  });

  test("for an aborted wait, a poll, and each of two waits", async () => {
    const { library } = scriptedServer({ get: [down] });
    const op = await library.createBook({});
    const abort = new AbortController();
    const aborted = errorOf(() => op.wait({ signal: abort.signal }));
    abort.abort();
    expect((await aborted).stack).toContain("lineThatWaits");
    expect((await errorOf(() => op.poll())).stack).toContain("lineThatWaits");
    const errors = await Promise.all([errorOf(() => op.wait()), errorOf(async () => op.wait())]);
    expect(errors[0]).not.toBe(errors[1]);
    expect(errors.map(({ stack }) => stack?.includes("lineThatWaits"))).toEqual([true, true]);
  });
});

describe("updates", () => {
  test("end promptly on return, even without a further state", async () => {
    const clock = createFakeClock({ auto: false });
    const { library, calls } = scriptedServer({ get: [late(60_000, running())] }, { ...noWait, clock }, clock);
    const updates = library.createBook.resume(name).updates();
    const next = updates.next();
    await clock.advance(1_000);
    expect(calls).toHaveLength(1);
    expect(await updates.return?.()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await updates.next()).toEqual({ done: true, value: undefined });
  });

  test("do not end other waits on return", async () => {
    const { library } = scriptedServer({ get: [running(), running(), succeeded("Emma")] }, noWait);
    const op = await library.createBook({});
    const waiting = op.wait();
    const updates = op.updates();
    await updates.next();
    void updates.next();
    await updates.return?.();
    expect((await waiting).title).toBe("Emma");
  });
});

describe("cancel", () => {
  const down = new ConnectError("down", Code.Unavailable);

  test("is repeated while it fails with transient errors", async () => {
    const { library, calls } = scriptedServer({ cancel: [down, down, {}] });
    await library.createBook.resume(name).cancel();
    expect(calls.map(({ method, at }) => [method, at])).toEqual([
      ["CancelOperation", 0],
      ["CancelOperation", 500],
      ["CancelOperation", 1_250],
    ]);
    const [, second, third] = calls.map(({ timeoutMs = 0 }) => timeoutMs);
    expect([second, third]).toEqual([expect.closeTo(9_500, -2), expect.closeTo(8_750, -2)]);
  });

  test("fails with the last error at its timeout", async () => {
    const { library, clock } = scriptedServer({ cancel: [down] });
    const op = library.createBook.resume(name);
    await expect(op.cancel({ timeoutMs: 3_000 })).rejects.toMatchObject({ code: Code.Unavailable });
    expect(clock.now()).toBeLessThan(3_000);
    await expect(op.cancel()).rejects.toMatchObject({ code: Code.Unavailable });
    expect(clock.now()).toBeGreaterThan(5_000);
  });

  test("without a timeout is repeated for as long as polls are retried", async () => {
    const { library, clock } = scriptedServer({ cancel: [down] }, { polling: { retryForMs: 60_000 } });
    const error = await library.createBook
      .resume(name)
      .cancel({ timeoutMs: 0 })
      .catch((error: unknown) => error);
    expect(error).toMatchObject({ code: Code.Unavailable });
    expect(clock.now()).toBeGreaterThan(40_000);
    expect(clock.now()).toBeLessThanOrEqual(60_000);
  });

  test("ends between two calls when its signal aborts", async () => {
    const clock = createFakeClock({ auto: false });
    const { library, calls } = scriptedServer({ cancel: [down] }, { clock }, clock);
    const abort = new AbortController();
    const cancelling = library.createBook
      .resume(name)
      .cancel({ signal: abort.signal })
      .catch((error: unknown) => error);
    await clock.advance(100);
    abort.abort();
    expect(await cancelling).toMatchObject({ code: Code.Canceled });
    expect(clock.pending).toBe(0);
    await clock.advance(10_000);
    // A transport in memory still starts the call before it drops it.
    expect(calls.length).toBeLessThanOrEqual(2);
  });

  test("is not repeated after other errors", async () => {
    const { library, calls } = scriptedServer({ cancel: [new ConnectError("no", Code.PermissionDenied)] });
    await expect(library.createBook.resume(name).cancel()).rejects.toMatchObject({ code: Code.PermissionDenied });
    expect(calls).toHaveLength(1);
  });

  test("is repeated if a wait sent it, too", async () => {
    const { library, calls } = scriptedServer(
      { cancel: [down, {}], get: [running(), failed(Code.Canceled, "")] },
      noWait,
    );
    const op = await library.createBook({});
    const error = await op.wait({ timeoutMs: 400, cancelOn: "timeout" }).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "WaitTimeoutError", cancelRequested: true });
    expect(calls.filter(({ method }) => method === "CancelOperation")).toHaveLength(2);
  });
});
