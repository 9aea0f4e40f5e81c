import type { Clock } from "../client/clock.ts";

/** A clock for tests, whose time advances without waiting. */
export interface FakeClock extends Clock {
  /** Advances the clock by `ms` milliseconds and runs every timer that becomes due. */
  advance(ms: number): Promise<void>;
  /** The number of scheduled timers. */
  readonly pending: number;
}

/** Options of a fake clock. */
export interface FakeClockOptions {
  /**
   * Whether the clock jumps to the next timer whenever the process is idle. Set it to false if calls leave the process:
   * they take real time, and the clock would run ahead of them. Default true.
   */
  readonly auto?: boolean | undefined;
  /** Returns the values of `Clock.random`, from 0 to 1. Default: always 0, for delays without jitter. */
  readonly random?: (() => number) | undefined;
}

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Creates a fake clock that starts at 0. */
export function createFakeClock({ auto = true, random = () => 0 }: FakeClockOptions = {}): FakeClock {
  const timers = new Set<Timer>();
  let now = 0;
  let jumping = false;

  function next(by: number): Timer | undefined {
    const due = [...timers].filter(({ at }) => at <= by);
    return due.reduce<Timer | undefined>((first, timer) => (first && first.at <= timer.at ? first : timer), undefined);
  }

  function fire(timer: Timer): void {
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.callback();
  }

  async function jump(): Promise<void> {
    jumping = true;
    for (let timer: Timer | undefined; ; fire(timer)) {
      await settle();
      timer = next(Number.POSITIVE_INFINITY);
      if (!timer) {
        break;
      }
    }
    jumping = false;
  }

  return {
    now: () => now,
    random,
    schedule(callback, delayMs) {
      const timer = { at: now + Math.max(0, delayMs), callback };
      timers.add(timer);
      if (auto && !jumping) {
        void jump();
      }
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let timer = next(end); timer; timer = next(end)) {
        fire(timer);
        await settle();
      }
      now = end;
    },
    get pending() {
      return timers.size;
    },
  };
}

// Waits one turn of the event loop, in which pending promise callbacks run.
function settle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
    } else {
      setTimeout(resolve);
    }
  });
}
