import { expect, onTestFinished, test, vi } from "vitest";
import { operationId } from "./operation-id.ts";

/** Stops the clock at a time after all earlier IDs. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

test("an ID is a version 7 UUID", () => {
  expect(operationId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("any number of IDs from one millisecond sort in the order of their creation", () => {
  stopTheClock();
  const ids = Array.from({ length: 10_000 }, operationId);
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
});

test("IDs still sort by creation if the clock goes backwards", () => {
  stopTheClock();
  const before = operationId();
  vi.setSystemTime(Date.now() - 10_000);
  expect([operationId(), before].sort()[0]).toBe(before);
});

test("an ID begins with the time in milliseconds", () => {
  stopTheClock();
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(Number.parseInt(operationId().replaceAll("-", "").slice(0, 12), 16)).toBe(Date.now());
});
