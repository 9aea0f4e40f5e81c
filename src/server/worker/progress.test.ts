import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { gate } from "../../../test/lro-servers.ts";
import { Progress } from "./progress.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Progress whose writes are noted, with the time of each. */
function noted(during: (text: string) => Promise<void> = async () => {}): {
  readonly progress: Progress;
  readonly writes: string[];
} {
  const writes: string[] = [];
  const from = performance.now();
  const progress = new Progress(async (metadata) => {
    const text = Buffer.from(metadata).toString();
    writes.push(`${text} at ${Math.round(performance.now() - from)}`);
    await during(text);
  });
  return { progress, writes };
}

test("the first update is written immediately, and those that follow within 200 ms together", async () => {
  const { progress, writes } = noted();
  await progress.set(bytes("1"));
  expect(progress.unwritten).toBeUndefined();
  await vi.advanceTimersByTimeAsync(50);
  await progress.set(bytes("2"));
  await progress.set(bytes("3"));
  expect(writes).toEqual(["1 at 0"]);
  expect(progress.unwritten).toEqual(bytes("3"));
  await vi.advanceTimersByTimeAsync(149);
  expect(writes).toEqual(["1 at 0"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(writes).toEqual(["1 at 0", "3 at 200"]);
  await vi.advanceTimersByTimeAsync(1_000);
  await progress.set(bytes("4"));
  expect(writes).toEqual(["1 at 0", "3 at 200", "4 at 1200"]);
});

test("an update 200 ms after the last write is written immediately", async () => {
  const { progress, writes } = noted();
  await progress.set(bytes("1"));
  await vi.advanceTimersByTimeAsync(200);
  await progress.set(bytes("2"));
  expect(writes).toEqual(["1 at 0", "2 at 200"]);
});

test("writes do not overlap, and an update during a write is written after it", async () => {
  const written = gate();
  const { progress, writes } = noted((text) => (text === "1" ? written.passed : Promise.resolve()));
  const first = progress.set(bytes("1"));
  await vi.advanceTimersByTimeAsync(300);
  await progress.set(bytes("2"));
  await vi.advanceTimersByTimeAsync(300);
  expect(writes).toEqual(["1 at 0"]);
  written.open();
  await first;
  expect(progress.unwritten).toEqual(bytes("2"));
  await vi.advanceTimersByTimeAsync(300);
  expect(writes[1]).toMatch(/^2 at /);
  expect(writes).toHaveLength(2);
});

test("if an immediate write fails, its update fails and the next update is written", async () => {
  let fails = true;
  const { progress, writes } = noted(async () => {
    if (fails) {
      throw new Error("the claim is lost");
    }
  });
  await expect(progress.set(bytes("1"))).rejects.toThrow("the claim is lost");
  expect(progress.unwritten).toEqual(bytes("1"));
  await progress.set(bytes("2"));
  // Fails as well, but no caller waits for it.
  await vi.advanceTimersByTimeAsync(200);
  fails = false;
  await progress.set(bytes("3"));
  await vi.advanceTimersByTimeAsync(200);
  expect(writes).toEqual(["1 at 0", "2 at 200", "3 at 400"]);
  expect(progress.unwritten).toBeUndefined();
});

test("a pause waits for the write in progress, and leaves the latest metadata to the settlement", async () => {
  const written = gate();
  const { progress, writes } = noted((text) => (text === "1" ? written.passed : Promise.resolve()));
  const first = progress.set(bytes("1"));
  await vi.advanceTimersByTimeAsync(0);
  let paused = false;
  const pause = progress.pause().then(() => {
    paused = true;
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(paused).toBe(false);
  written.open();
  await Promise.all([first, pause]);
  await progress.set(bytes("2"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(writes).toEqual(["1 at 0"]);
  expect(progress.unwritten).toEqual(bytes("2"));
});

test("a pause stops a pending write until the pause ends", async () => {
  const { progress, writes } = noted();
  await progress.set(bytes("1"));
  await progress.set(bytes("2"));
  await progress.pause();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(writes).toEqual(["1 at 0"]);
  progress.resume();
  await vi.advanceTimersByTimeAsync(0);
  expect(writes).toEqual(["1 at 0", "2 at 1000"]);
});

test("the end of a pause writes nothing if there is nothing to write", async () => {
  const { progress, writes } = noted();
  await progress.pause();
  progress.resume();
  expect(vi.getTimerCount()).toBe(0);
  await progress.set(bytes("1"));
  expect(writes).toEqual(["1 at 0"]);
});
