import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { StoredOperation } from "../operation-store.ts";
import { createWaiting, type Waiting } from "./waiting.ts";

const name = "operations/1";
const running: StoredOperation = {
  id: "1",
  name,
  method: "acme.press.v1.PressService.PrintBook",
  principal: "",
  metadata: undefined,
  done: false,
  result: undefined,
  deleted: false,
};
const done: StoredOperation = { ...running, done: true, result: { response: new Uint8Array() } };

/** A store with one operation that counts its queries and can complete the operation during a query. */
function fakeStore(): {
  state: StoredOperation | undefined;
  queries: number;
  duringRead: () => void;
  waiting: Waiting;
} {
  const store = {
    state: running as StoredOperation | undefined,
    queries: 0,
    duringRead: () => {},
    waiting: {} as Waiting,
  };
  store.waiting = createWaiting(
    {
      async read(names) {
        store.queries++;
        const { state } = store;
        store.duringRead();
        return state && names.includes(name) ? [state] : [];
      },
    },
    5_000,
  );
  return store;
}

const never = new AbortController().signal;

// Waits do not poll: only events from the test wake them.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("a wait ends when the operation is done", async () => {
  const store = fakeStore();
  const wait = store.waiting.untilDone(name, never);
  await new Promise(setImmediate);
  store.state = done;
  store.waiting.onEvent({ kind: "changed", name });
  expect(await wait).toBe(done);
});

test("lost wake-up: a wait ends if the operation completes during the first read", async () => {
  const store = fakeStore();
  store.duringRead = () => {
    store.state = done;
    store.waiting.onEvent({ kind: "changed", name });
    store.duringRead = () => {};
  };
  expect(await store.waiting.untilDone(name, never)).toBe(done);
});

test("a wait ends after a possible loss of events if the operation is done", async () => {
  const store = fakeStore();
  const wait = store.waiting.untilDone(name, never);
  await new Promise(setImmediate);
  store.state = done;
  store.waiting.onEvent({ kind: "resync" });
  expect(await wait).toBe(done);
});

test("a wait ends within five seconds of the completion even if the event is lost", async () => {
  const store = fakeStore();
  const wait = store.waiting.untilDone(name, never);
  await new Promise(setImmediate);
  store.state = done;
  vi.advanceTimersByTime(5_000);
  expect(await wait).toBe(done);
});

test("a wait ends if the operation does not exist", async () => {
  const store = fakeStore();
  store.state = undefined;
  expect(await store.waiting.untilDone(name, never)).toBeUndefined();
});

test("an aborted wait returns the latest state", async () => {
  const store = fakeStore();
  const controller = new AbortController();
  const wait = store.waiting.untilDone(name, controller.signal);
  await new Promise(setImmediate);
  store.state = { ...running, metadata: new Uint8Array(1) };
  controller.abort();
  expect(await wait).toBe(store.state);
});

test("5,000 waits for one operation share their queries", async () => {
  const store = fakeStore();
  const waits = Array.from({ length: 5_000 }, () => store.waiting.untilDone(name, never));
  await new Promise(setImmediate);
  store.state = done;
  store.waiting.onEvent({ kind: "changed", name });
  expect(new Set(await Promise.all(waits))).toEqual(new Set([done]));
  expect(store.queries).toBe(2);
});

test("all waits return when the server closes", async () => {
  const store = fakeStore();
  const wait = store.waiting.untilDone(name, never);
  await new Promise(setImmediate);
  store.waiting.end();
  expect(await wait).toBe(running);
  expect(await store.waiting.untilDone(name, never)).toBe(running);
});
