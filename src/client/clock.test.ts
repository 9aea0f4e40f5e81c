import { expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";

test("a delay longer than a timer can take is not cut to nothing", () => {
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

test("a delay can be dropped, also a long one that has been renewed", () => {
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
