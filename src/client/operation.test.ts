import { Code, ConnectError } from "@connectrpc/connect";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { describe, expect, test } from "vitest";
import { failed, late, name, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { OperationError, OperationPollError, WaitAbortedError, type WaitOptions, WaitTimeoutError } from "./index.ts";

const noWait = { polling: { longPollMs: 0 } };

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("an operation", () => {
  test("is not a promise", async () => {
    const { library } = scriptedServer({});
    expect("then" in (await library.createBook({}))).toBe(false);
  });

  test("has the state that the server returned at the start", async () => {
    const { library, calls } = scriptedServer({ start: running(5) });
    const op = await library.createBook({});
    expect(op).toMatchObject({ name, done: false, metadata: { progressPercent: 5 }, raw: { name } });
    expect(calls).toEqual([]);
  });

  test("is read exactly once by poll", async () => {
    const { library, calls } = scriptedServer({ get: [running(50)] });
    const op = library.createBook.resume(name);
    expect(await op.poll()).toMatchObject({ done: false, metadata: { progressPercent: 50 } });
    expect(op.metadata?.progressPercent).toBe(50);
    expect(calls).toHaveLength(1);
  });

  test("is read with a deadline unless the caller disables it", async () => {
    const { library, calls } = scriptedServer({});
    const op = library.createBook.resume(name);
    await op.poll();
    await op.poll({ timeoutMs: undefined });
    await op.poll({ timeoutMs: 0 });
    const deadline = expect.closeTo(10_000, -3);
    expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual([deadline, deadline, undefined]);
  });

  test("is not read if the signal of a poll is aborted", async () => {
    const { library } = scriptedServer({});
    const error = await rejection(library.createBook.resume(name).poll({ signal: AbortSignal.abort("too late") }));
    expect(error).toBeInstanceOf(WaitAbortedError);
    expect(error).toMatchObject({ cause: "too late", cancelRequested: false });
  });
});

describe("wait and outcome", () => {
  test("throw or return a failure with its code, message and metadata", async () => {
    const { library } = scriptedServer({ get: [{ ...failed(Code.PermissionDenied, "Permission denied") }] });
    const op = await library.createBook({});
    const error = await rejection(op.wait());
    expect(error).toBeInstanceOf(OperationError);
    expect(error).toMatchObject({ code: Code.PermissionDenied, operation: name });
    expect(String(error)).toBe(
      `OperationError: operation ${name} of acme.library.v1.LibraryService.CreateBook failed: ` +
        "[permission_denied] Permission denied",
    );
    expect(await op.outcome()).toMatchObject({ status: "failed", error: { status: { message: "Permission denied" } } });
  });

  test("share one poll loop between any number of concurrent calls", async () => {
    const { library, calls } = scriptedServer({ get: [running(), running(), succeeded("Emma")] }, noWait);
    const op = await library.createBook({});
    const waits = Array.from({ length: 100 }, () => op.wait());
    const books = await Promise.all([...waits, op.outcome(), op.wait()]);
    expect(books).toHaveLength(102);
    expect(await op.wait()).toMatchObject({ title: "Emma" });
    expect(calls).toHaveLength(3);
  });

  test("are not affected if another call aborts or times out", async () => {
    const { library } = scriptedServer({ get: [running(), running(), running(), succeeded("Emma")] }, noWait);
    const op = await library.createBook({});
    const abort = new AbortController();
    const [patient, hasty, aborted] = [op.wait(), rejection(op.wait({ timeoutMs: 600 })), rejection(op.wait(abort))];
    abort.abort();
    expect(await aborted).toBeInstanceOf(WaitAbortedError);
    expect(await hasty).toBeInstanceOf(WaitTimeoutError);
    expect((await patient).title).toBe("Emma");
  });

  test("stop the loop when the last call ends and restart it with the next one", async () => {
    const { library, calls, clock } = scriptedServer({ get: [running(), succeeded("Emma")] }, noWait);
    const op = await library.createBook({});
    await rejection(op.wait({ timeoutMs: 600 }));
    expect(clock.pending).toBe(0);
    expect(calls).toHaveLength(1);
    expect((await op.wait()).title).toBe("Emma");
  });

  test("abort the pending poll when the last wait ends", async () => {
    let dropped = false;
    const { library } = scriptedServer({
      wait: [
        (_, { signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => {
              dropped = true;
              reject(signal.reason);
            });
          }),
      ],
    });
    await rejection((await library.createBook({})).wait({ timeoutMs: 1_000 }));
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(dropped).toBe(true);
  });

  test("make no call if the signal is already aborted", async () => {
    const { library, calls } = scriptedServer({});
    const signal = AbortSignal.abort("too late");
    const error = await rejection(library.createBook.resume(name).wait({ signal }));
    expect(error).toMatchObject({ name: "WaitAbortedError", cause: "too late" });
    expect(calls).toEqual([]);
  });

  test("throw instead of hanging if an option of the caller throws", async () => {
    const isTransient = (): never => {
      throw new Error("a mistake in isTransient");
    };
    const script = { get: [new ConnectError("down", Code.Unavailable)] };
    const { library } = scriptedServer(script, { polling: { longPollMs: 0, isTransient } });
    const op = await library.createBook({});
    await expect(op.wait()).rejects.toThrow("a mistake in isTransient");
    await expect(op.wait()).rejects.toThrow("a mistake in isTransient");
  });

  test("return the result of a done operation regardless of the signal and the timeout", async () => {
    const { library } = scriptedServer({ start: succeeded("Emma") });
    const op = await library.createBook({});
    expect((await op.wait({ signal: AbortSignal.abort(), timeoutMs: 0 })).title).toBe("Emma");
  });
});

describe("a timeout", () => {
  test("throws an error with the results of the polls", async () => {
    const { library } = scriptedServer({ get: [running(40), new ConnectError("down", Code.Unavailable)] }, noWait);
    const op = await library.createBook({});
    const error = await rejection(op.wait({ timeoutMs: 3_000 }));
    expect(error).toMatchObject({
      timeoutMs: 3_000,
      polls: 4,
      cancelRequested: false,
      metadata: { progressPercent: 40 },
      cause: { code: Code.Unavailable },
    });
    expect(String(error)).toContain("was not done after 3000 ms (polls: 4, the last failed: [unavailable] down)");
  });

  test("can be set for all waits", async () => {
    const { library, clock } = scriptedServer({}, { polling: { totalTimeoutMs: 60_000 } });
    const error = await rejection((await library.createBook({})).wait());
    expect(error).toMatchObject({ name: "WaitTimeoutError", timeoutMs: 60_000 });
    expect(clock.now()).toBe(60_000);
  });

  test.each([0, -1])("of %s means no timeout, regardless of the polling options, as in Connect", async (timeoutMs) => {
    const get = [...Array.from({ length: 20 }, () => running()), succeeded("Emma")];
    const { library, clock } = scriptedServer({ get }, { polling: { totalTimeoutMs: 1_000 } });
    expect((await (await library.createBook({})).wait({ timeoutMs })).title).toBe("Emma");
    expect(clock.now()).toBeGreaterThan(1_000);
    const unlimited = scriptedServer({ get }, { polling: { totalTimeoutMs: timeoutMs } });
    expect((await (await unlimited.library.createBook({})).wait()).title).toBe("Emma");
  });
});

describe("cancelOn", () => {
  const refusal = new ConnectError("no", Code.Unimplemented);

  /** Waits until the wait times out or is aborted. */
  async function giveUp(
    cancelOn: WaitOptions["cancelOn"],
    end: "timeout" | "abort" | "aborted before",
    cancel?: ConnectError,
  ): Promise<{ error: unknown; cancelled: boolean }> {
    const clock = createFakeClock({ auto: false });
    const { library, calls } = scriptedServer({ ...(cancel && { cancel: [cancel] }) }, { ...noWait, clock }, clock);
    const operation = await library.createBook({});
    const abort = new AbortController();
    if (end === "aborted before") {
      abort.abort();
    }
    const waiting = rejection(operation.wait({ signal: abort.signal, timeoutMs: 600, cancelOn }));
    await clock.advance(100);
    if (end === "abort") {
      abort.abort();
    }
    await clock.advance(1_000);
    return { error: await waiting, cancelled: calls.some(({ method }) => method === "CancelOperation") };
  }

  test.each([
    ["timeout", "timeout", true],
    ["either", "timeout", true],
    ["abort", "timeout", false],
    [undefined, "timeout", false],
    ["abort", "abort", true],
    ["either", "abort", true],
    ["timeout", "abort", false],
    [undefined, "abort", false],
    ["abort", "aborted before", true],
    ["timeout", "aborted before", false],
  ] as const)("%s: after %s, a cancel request is sent: %s", async (cancelOn, end, cancels) => {
    const { error, cancelled } = await giveUp(cancelOn, end);
    expect(error).toBeInstanceOf(end === "timeout" ? WaitTimeoutError : WaitAbortedError);
    expect(error).toMatchObject({ cancelRequested: cancels });
    expect(String(error)).toContain(cancels ? "its cancellation was requested" : "it keeps running");
    expect(cancelled).toBe(cancels);
  });

  test.each(["timeout", "abort"] as const)(
    "after %s, the error shows that the server rejected the cancel request",
    async (end) => {
      const { error, cancelled } = await giveUp("either", end, refusal);
      expect(error).toMatchObject({ cancelRequested: false });
      expect(cancelled).toBe(true);
    },
  );

  test("the result of a done operation is returned and no cancel request is sent", async () => {
    const { library } = scriptedServer({ start: succeeded("Emma") });
    const operation = await library.createBook({});
    expect(await operation.wait({ signal: AbortSignal.abort(), cancelOn: "abort" })).toMatchObject({ title: "Emma" });
  });
});

describe("updates", () => {
  test("yield each state, the last one with the final metadata", async () => {
    const { library } = scriptedServer({ start: running(0), get: [running(30), running(60), succeeded()] }, noWait);
    const op = await library.createBook({});
    const seen: unknown[] = [];
    for await (const snapshot of op.updates()) {
      const { done, metadata } = snapshot;
      seen.push([done, metadata?.progressPercent, done && snapshot.outcome]);
    }
    expect(seen).toMatchObject([
      [false, 0, false],
      [false, 30, false],
      [false, 60, false],
      [true, 100, { status: "succeeded", response: { title: "Emma" } }],
    ]);
  });

  test("end without throwing when the operation fails", async () => {
    const { library } = scriptedServer({ get: [failed(Code.Internal, "broken")] });
    const statuses = [];
    for await (const state of (await library.createBook({})).updates()) {
      statuses.push(state.done ? state.outcome.status : "running");
    }
    expect(statuses).toEqual(["running", "failed"]);
  });

  test("throw an error if the state cannot be read", async () => {
    const { library } = scriptedServer({ get: [new ConnectError("no", Code.PermissionDenied)] });
    const updates = (await library.createBook({})).updates();
    await updates.next();
    expect(await rejection(updates.next())).toBeInstanceOf(OperationPollError);
  });

  test("poll only while the caller reads them", async () => {
    const { library, calls, clock } = scriptedServer({ get: [running()] }, noWait);
    const op = await library.createBook({});
    const updates = op.updates();
    expect(calls).toEqual([]);
    for await (const _ of updates) {
      break;
    }
    expect(clock.pending).toBe(0);
  });

  test("skip to the latest state if the caller reads slowly", async () => {
    const clock = createFakeClock({ auto: false });
    const script = { get: [running(1), running(2), running(3), succeeded()] };
    const { library } = scriptedServer(script, { ...noWait, clock }, clock);
    const updates = (await library.createBook({})).updates();
    await updates.next();
    const next = updates.next();
    await clock.advance(500);
    expect((await next).value?.metadata?.progressPercent).toBe(1);
    await clock.advance(60_000);
    expect((await updates.next()).value?.metadata?.progressPercent).toBe(100);
    expect((await updates.next()).done).toBe(true);
  });
});

describe("WaitOperation", () => {
  test("returns the result in one call", async () => {
    const { library, calls } = scriptedServer({ wait: [late(10_000, succeeded("Emma"))] });
    expect((await (await library.createBook({})).wait()).title).toBe("Emma");
    expect(calls).toMatchObject([
      { method: "WaitOperation", at: 0, waitMs: 30_000, timeoutMs: expect.closeTo(32_000, -3) },
    ]);
  });

  test("is not called again by any operation of a client if the server does not implement it", async () => {
    const { library, calls } = scriptedServer({ get: [succeeded()] });
    await (await library.createBook({})).wait();
    await (await library.createBook({})).wait();
    expect(calls.map(({ method }) => method)).toEqual(["WaitOperation", "GetOperation", "GetOperation"]);
  });

  test("is called with a delay if the server responds immediately", async () => {
    const { library, calls } = scriptedServer({ wait: [running(), running(), running(), succeeded()] });
    await (await library.createBook({})).wait();
    expect(calls.map(({ at }) => at)).toEqual([0, 500, 1_250, 2_375]);
  });

  test("returns as often as GetOperation if the caller reads updates", async () => {
    const half = late(500, running(50));
    const { library, calls } = scriptedServer({ wait: [half, late(200, succeeded())] });
    const seen: unknown[] = [];
    for await (const { metadata } of (await library.createBook({})).updates()) {
      seen.push(metadata?.progressPercent);
    }
    expect(seen).toEqual([undefined, 50, 100]);
    expect(calls.map(({ at, waitMs }) => [at, waitMs])).toEqual([
      [0, 500],
      [500, 750],
    ]);
  });

  test("is interrupted when a caller starts to read updates", async () => {
    const clock = createFakeClock({ auto: false });
    const held = late(30_000, running(90));
    const { library, calls } = scriptedServer({ wait: [held, late(500, running(50)), held] }, { clock }, clock);
    const op = await library.createBook({});
    const abort = new AbortController();
    const waiting = rejection(op.wait(abort));
    await clock.advance(100);
    const updates = op.updates(abort);
    await updates.next();
    const next = updates.next();
    await clock.advance(1_000);
    expect((await next).value?.metadata?.progressPercent).toBe(50);
    expect(calls.map(({ waitMs }) => waitMs).slice(0, 2)).toEqual([30_000, 500]);
    abort.abort();
    await waiting;
    await rejection(updates.next());
  });

  test("that hangs is aborted two seconds after its limit and followed by GetOperation", async () => {
    const hangs = (): Promise<never> => new Promise(() => {});
    const { library, calls } = scriptedServer(
      { wait: [hangs], get: [succeeded("Emma")] },
      { polling: { longPollMs: 100, pollTimeoutMs: 60_000 } },
    );
    expect((await library.createBook.resume(name).wait()).title).toBe("Emma");
    expect(calls).toMatchObject([
      { method: "WaitOperation", waitMs: 100, timeoutMs: expect.closeTo(2_100, -2) },
      { method: "GetOperation" },
    ]);
  });

  test("is called again, after GetOperation, if a proxy interrupts it", async () => {
    const cut = new ConnectError("upstream timeout", Code.Unavailable);
    const { library, calls } = scriptedServer({ wait: [cut, cut, succeeded("Emma")], get: [running()] });
    expect((await (await library.createBook({})).wait()).title).toBe("Emma");
    expect(calls.map(({ method }) => method.slice(0, 4)).join(" ")).toBe("Wait GetO Wait GetO Wait");
  });

  test("is called for other operations after the server rejects it for one", async () => {
    const refused = new ConnectError("not for you", Code.PermissionDenied);
    const { library, calls } = scriptedServer({ wait: [refused, succeeded("Emma")], get: [succeeded("Emma")] });
    await (await library.createBook({})).wait();
    await (await library.createBook({})).wait();
    expect(calls.map(({ method }) => method)).toEqual(["WaitOperation", "GetOperation", "WaitOperation"]);
  });

  test("passes to another operation if the server rejects it", async () => {
    const clock = createFakeClock({ auto: false });
    const refused = new ConnectError("not for you", Code.PermissionDenied);
    const script = { wait: [refused, late(30_000, succeeded("Emma"))], get: [running()] };
    const { library, calls } = scriptedServer(script, { clock, maxLongPolls: 1 }, clock);
    const [first, second] = [await library.createBook({}), await library.createBook({})];
    const waits = [rejection(first.wait({ timeoutMs: 5_000 })), second.wait()];
    await clock.advance(1_000);
    expect(calls.filter(({ method }) => method === "WaitOperation")).toHaveLength(2);
    await clock.advance(60_000);
    expect(await Promise.all(waits)).toMatchObject([{ name: "WaitTimeoutError" }, { title: "Emma" }]);
  });

  test("is not called again for an operation if the server denies it", async () => {
    const refused = new ConnectError("not for you", Code.PermissionDenied);
    const { library, calls } = scriptedServer({ wait: [refused], get: [running(), running(), succeeded("Emma")] });
    expect((await (await library.createBook({})).wait()).title).toBe("Emma");
    expect(calls.map(({ method }) => method.slice(0, 4)).join(" ")).toBe("Wait GetO GetO GetO");
  });
});

describe("cancel", () => {
  test("polls soon after the cancel request", async () => {
    const clock = createFakeClock({ auto: false });
    const get = [...Array.from({ length: 8 }, () => running()), failed(Code.Canceled, "cancelled")];
    const { library, calls } = scriptedServer({ get }, { ...noWait, clock }, clock);
    const op = await library.createBook({});
    const outcome = op.outcome();
    await clock.advance(30_000);
    const polls = calls.length;
    await op.cancel();
    await clock.advance(500);
    expect(calls).toHaveLength(polls + 2);
    expect(await outcome).toMatchObject({ status: "cancelled" });
  });

  test("throws the error of the call", async () => {
    const { library } = scriptedServer({ cancel: [new ConnectError("too late", Code.FailedPrecondition)] });
    const error = await rejection((await library.createBook({})).cancel());
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: Code.FailedPrecondition });
  });
});
