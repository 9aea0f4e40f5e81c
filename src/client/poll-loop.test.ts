import { Code, ConnectError } from "@connectrpc/connect";
import { createFakeClock, type FakeClock } from "protoc-gen-ts-lro/testing";
import { describe, expect, test } from "vitest";
import { type Answer, failed, late, name, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { RetryInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { OperationPollError, WaitAbortedError, WaitTimeoutError } from "./index.ts";

const noWait = { polling: { longPollMs: 0 } };
const unavailable = new ConnectError("down for a moment", Code.Unavailable);
const denied = new ConnectError("not for you", Code.PermissionDenied);

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** An answer that never comes. It records whether the client drops the call. */
function held(dropped: string[], call = "call"): Answer {
  return (_, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        dropped.push(call);
        reject(signal.reason);
      });
    });
}

/** Fails after a delay on the fake clock. */
function lateError(ms: number, error: ConnectError): Answer {
  return (clock) => new Promise((_, reject) => clock.schedule(() => reject(error), ms));
}

describe("errors of polls", () => {
  test("a resumed operation is polled again if its first poll fails with a transient error", async () => {
    const { library } = scriptedServer({ get: [unavailable, succeeded("Emma")] }, noWait);
    expect((await library.createBook.resume(name).wait()).title).toBe("Emma");
  });

  test("all waits end if a poll fails with an error that is not retried", async () => {
    const { library, calls } = scriptedServer({ get: [denied] }, noWait);
    const op = await library.createBook({});
    const errors = await Promise.all([rejection(op.wait()), rejection(op.outcome()), rejection(op.wait())]);
    expect(errors).toEqual([1, 2, 3].map(() => expect.any(OperationPollError)));
    expect(calls).toHaveLength(1);
  });

  test("polls that fail with transient errors are retried for five minutes by default", async () => {
    const { library, clock } = scriptedServer({ get: [unavailable] }, noWait);
    expect(await rejection((await library.createBook({})).wait())).toBeInstanceOf(OperationPollError);
    expect(clock.now()).toBeGreaterThanOrEqual(300_000);
    expect(clock.now()).toBeLessThan(310_001);
  });

  test("the error of a timeout has no cause if the last poll succeeded", async () => {
    const { library } = scriptedServer({ get: [unavailable, running()] }, noWait);
    const error = await rejection((await library.createBook({})).wait({ timeoutMs: 3_000 }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(String(error)).not.toContain("failed");
    expect((error as Error).cause).toBeUndefined();
  });

  test("each wait counts its own failures", async () => {
    const { library } = scriptedServer({ get: [unavailable, unavailable, unavailable, denied] }, noWait);
    const op = await library.createBook({});
    expect(await rejection(op.wait({ timeoutMs: 1_500 }))).toMatchObject({ polls: 2 });
    expect(await rejection(op.wait())).toMatchObject({ name: "OperationPollError", failures: 2 });
  });

  test("a success resets the number of failures", async () => {
    const { library } = scriptedServer({ get: [unavailable, unavailable, running(), denied] }, noWait);
    expect(await rejection((await library.createBook({})).wait())).toMatchObject({ failures: 1 });
  });

  test("the delay of RetryInfo starts when the error arrives", async () => {
    const retryDelay = { seconds: 42n, nanos: 0 };
    const busy = new ConnectError("busy", Code.Unavailable, undefined, [
      { desc: RetryInfoSchema, value: { retryDelay } },
    ]);
    const { library, calls } = scriptedServer({ get: [lateError(5_000, busy), succeeded()] }, noWait);
    await (await library.createBook({})).wait();
    expect(calls.map(({ at }) => at)).toEqual([500, 47_500]);
  });
});

describe("deadlines", () => {
  test("of a wait count from its start, not from that of the clock", async () => {
    const clock = createFakeClock();
    await clock.advance(1_000_000);
    const { library, calls } = scriptedServer({ wait: [late(60_000, running())] }, { clock }, clock);
    expect(await rejection((await library.createBook({})).wait({ timeoutMs: 5_000 }))).toBeInstanceOf(WaitTimeoutError);
    expect(calls).toMatchObject([{ at: 1_000_000, waitMs: 5_000 }]);
  });

  test("of a poll are those of the longest wait", async () => {
    const { library, calls } = scriptedServer({ get: [succeeded()] }, noWait);
    const op = await library.createBook({});
    await Promise.all([op.wait({ timeoutMs: 600 }), op.wait({ timeoutMs: 4_500 }), op.wait({ timeoutMs: 550 })]);
    expect(calls).toMatchObject([{ at: 500, timeoutMs: expect.closeTo(4_000, -3) }]);
  });

  test("of a poll are those of the options if the wait has none", async () => {
    for (const [pollTimeoutMs, timeoutMs] of [
      [undefined, expect.closeTo(10_000, -3)],
      [3_000, expect.closeTo(3_000, -3)],
    ]) {
      const { library, calls } = scriptedServer({ get: [succeeded()] }, { polling: { longPollMs: 0, pollTimeoutMs } });
      await (await library.createBook({})).wait();
      expect(calls).toMatchObject([{ method: "GetOperation", timeoutMs }]);
    }
  });

  test("of cancel and delete are those of a poll, unless the caller sets them", async () => {
    const { library, calls } = scriptedServer({});
    const op = library.createBook.resume(name);
    for (const options of [{}, { timeoutMs: 60_000 }]) {
      await op.cancel(options);
      await op.delete(options);
    }
    const [short, long] = [expect.closeTo(10_000, -3), expect.closeTo(60_000, -3)];
    expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual([short, short, long, long]);
  });

  test("of a long poll for updates is the delay, up to the limit of long polls", async () => {
    const { library, calls } = scriptedServer(
      { wait: [late(200, running()), late(200, succeeded())] },
      { polling: { longPollMs: 700 } },
    );
    for await (const _ of (await library.createBook({})).updates()) {
      // Reads all states.
    }
    expect(calls.map(({ waitMs }) => waitMs)).toEqual([500, 700]);
  });
});

describe("a pending call", () => {
  async function joinAndLeave(join: "wait" | "updates", options: object): Promise<string[]> {
    const dropped: string[] = [];
    const clock = createFakeClock({ auto: false });
    const { library, calls } = scriptedServer({ wait: [held(dropped)], get: [held(dropped)] }, { clock, ...options });
    const op = library.createBook.resume(name);
    const [first, second] = [new AbortController(), new AbortController()];
    const waits = [rejection(op.wait(first))];
    await clock.advance(1_000);
    waits.push(rejection(join === "wait" ? op.wait(second) : op.updates(second).next()));
    await clock.advance(1_000);
    second.abort();
    await clock.advance(1_000);
    const before = [...dropped, calls.length];
    first.abort();
    await Promise.all(waits);
    return before.map(String);
  }

  test("is kept when a wait joins or leaves", async () => {
    expect(await joinAndLeave("wait", {})).toEqual(["1"]);
  });

  test("is kept when a reader of updates joins or leaves, unless it is a long poll", async () => {
    expect(await joinAndLeave("updates", noWait)).toEqual(["1"]);
    expect(await joinAndLeave("updates", {})).toEqual(["call", "2"]);
  });
});

describe("poll", () => {
  test("throws WaitAbortedError if the signal aborts during the call", async () => {
    const dropped: string[] = [];
    const { library } = scriptedServer({ get: [held(dropped)] });
    const abort = new AbortController();
    const polling = rejection(library.createBook.resume(name).poll(abort));
    await new Promise((resolve) => setTimeout(resolve));
    abort.abort("no longer interested");
    expect(await polling).toBeInstanceOf(WaitAbortedError);
    expect(await polling).toMatchObject({ cause: "no longer interested", cancelRequested: false });
    await expect.poll(() => dropped).toEqual(["call"]);
  });

  test("throws OperationPollError if the call fails", async () => {
    const { library } = scriptedServer({ get: [unavailable] });
    const error = await rejection(library.createBook.resume(name).poll({ signal: new AbortController().signal }));
    expect(error).toBeInstanceOf(OperationPollError);
    expect(error).toMatchObject({ failures: 1, code: Code.Unavailable });
  });

  test("counts among the polls of a wait", async () => {
    const { library } = scriptedServer({ get: [running()] }, noWait);
    const op = await library.createBook({});
    await op.poll();
    const waiting = rejection(op.wait({ timeoutMs: 400 }));
    await Promise.all([op.poll(), op.poll()]);
    expect(await waiting).toMatchObject({ polls: 2 });
  });

  test("does not overwrite a done state with an older one that arrives later", async () => {
    const { library } = scriptedServer({ get: [late(1_000, running(50)), succeeded("Emma")] });
    const op = library.createBook.resume(name);
    const snapshots = await Promise.all([op.poll(), op.poll()]);
    expect(snapshots.map(({ done }) => done)).toEqual([true, true]);
    expect(op).toMatchObject({ done: true, metadata: { progressPercent: 100 } });
  });
});

describe("unref", () => {
  /** The values of `unref` with which a wait sets timers. */
  async function timersOf(unref: boolean | undefined): Promise<unknown[]> {
    const seen: unknown[] = [];
    const fake: FakeClock = createFakeClock();
    const clock = {
      now: fake.now,
      random: fake.random,
      schedule(callback: () => void, delayMs: number, unref?: boolean) {
        seen.push([delayMs, unref]);
        return fake.schedule(callback, delayMs, unref);
      },
    };
    const { library } = scriptedServer({ get: [succeeded()] }, { clock, polling: { longPollMs: 0, unref } }, fake);
    await (await library.createBook({})).wait({ timeoutMs: 60_000 });
    return seen;
  }

  test("applies to the timers of a wait: its timeout, and the delay between two polls", async () => {
    expect(await timersOf(true)).toEqual([
      [60_000, true],
      [500, true],
    ]);
    expect(await timersOf(undefined)).toEqual([
      [60_000, false],
      [500, false],
    ]);
  });
});

describe("cancel and delete", () => {
  test.each(["cancel", "delete"] as const)("%s ends when its signal aborts", async (method) => {
    const dropped: string[] = [];
    const { library } = scriptedServer({ cancel: [held(dropped)], delete: [held(dropped)] });
    const abort = new AbortController();
    const call = rejection(library.createBook.resume(name)[method](abort));
    await new Promise((resolve) => setTimeout(resolve));
    abort.abort();
    expect(await call).toMatchObject({ name: "ConnectError", code: Code.Canceled });
    await expect.poll(() => dropped).toEqual(["call"]);
  });

  test.each(["cancel", "delete"] as const)("%s ends at its timeout", async (method) => {
    const { library } = scriptedServer({ cancel: [held([])], delete: [held([])] });
    const call = rejection(library.createBook.resume(name)[method]({ timeoutMs: 20 }));
    expect(await call).toMatchObject({ name: "ConnectError", code: Code.DeadlineExceeded });
  });
});

test("a wait that ends during a poll does not report a state of the next wait", async () => {
  const { library } = scriptedServer({ get: [late(1_000, failed(Code.Internal, "broken"))] }, noWait);
  const op = await library.createBook({});
  expect(await rejection(op.wait({ timeoutMs: 700 }))).toBeInstanceOf(WaitTimeoutError);
  expect(await op.outcome()).toMatchObject({ status: "failed" });
});
