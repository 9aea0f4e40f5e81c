import { expect, onTestFinished, test, vi } from "vitest";
import { operationId } from "./operation-id.ts";

/** Lets the clock stand still, after all ids that were made before. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

test("an id is a UUID of version 7", () => {
  expect(operationId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("ids of one millisecond are in the order in which they were made, however many there are", () => {
  stopTheClock();
  const ids = Array.from({ length: 10_000 }, operationId);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
});

test("ids stay in order when the clock goes back", () => {
  stopTheClock();
  const before = operationId();
  vi.setSystemTime(Date.now() - 10_000);
  expect([operationId(), before].sort()[0]).toBe(before);
});

test("an id begins with the time, to the millisecond", () => {
  stopTheClock();
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(Number.parseInt(operationId().replaceAll("-", "").slice(0, 12), 16)).toBe(Date.now());
});
