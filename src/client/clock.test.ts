import { expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";

test("a delay longer than the maximum of a JavaScript timer is kept", () => {
  vi.useFakeTimers();
  try {
    let fired = false;
    const days = 24 * 3_600_000;
    systemClock.schedule(() => {
      fired = true;
    }, 60 * days);
    vi.advanceTimersByTime(59 * days);
    expect(fired).toBe(false);
    vi.advanceTimersByTime(2 * days);
    expect(fired).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test("a scheduled callback can be cancelled, even if its delay spans several timers", () => {
  vi.useFakeTimers();
  try {
    const drop = systemClock.schedule(() => expect.unreachable(), 2 ** 33);
    vi.advanceTimersByTime(2 ** 32);
    drop();
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
