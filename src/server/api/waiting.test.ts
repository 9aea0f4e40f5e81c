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

/** A store with one operation, which counts its queries and can end the operation in the middle of one. */
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

// Nobody looks now and then: only what a test makes happen wakes a wait.
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

test("lost wake-up: an operation that ends while it is read for the first time is seen", async () => {
  const store = fakeStore();
  store.duringRead = () => {
    store.state = done;
    store.waiting.onEvent({ kind: "changed", name });
    store.duringRead = () => {};
  };
  expect(await store.waiting.untilDone(name, never)).toBe(done);
});

test("a wait ends when events may have been lost and the operation is done", async () => {
  const store = fakeStore();
  const wait = store.waiting.untilDone(name, never);
  await new Promise(setImmediate);
  store.state = done;
  store.waiting.onEvent({ kind: "resync" });
  expect(await wait).toBe(done);
});

test("a wait ends within five seconds when the event of it was lost", async () => {
  const store = fakeStore();
  const wait = store.waiting.untilDone(name, never);
  await new Promise(setImmediate);
  store.state = done;
  vi.advanceTimersByTime(5_000);
  expect(await wait).toBe(done);
});

test("a wait ends when the operation is gone", async () => {
  const store = fakeStore();
  store.state = undefined;
  expect(await store.waiting.untilDone(name, never)).toBeUndefined();
});

test("a wait that is aborted returns the latest state", async () => {
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

test("the end of a server answers all waits", async () => {
  const store = fakeStore();
  const wait = store.waiting.untilDone(name, never);
  await new Promise(setImmediate);
  store.waiting.end();
  expect(await wait).toBe(running);
  expect(await store.waiting.untilDone(name, never)).toBe(running);
});
