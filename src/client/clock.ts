/** A source of time and randomness. Tests replace it, for example with `createFakeClock()`. */
export interface Clock {
  /** The time in milliseconds since an arbitrary origin. Never decreases. */
  now(): number;
  /** A random number from 0 to 1, for jitter. */
  random(): number;
  /**
   * Schedules a callback, which is called once.
   *
   * @param delayMs The minimum delay, in milliseconds.
   * @param unref Whether the process may exit before the callback is called. Default false.
   * @returns A function that cancels the callback.
   */
  schedule(callback: () => void, delayMs: number, unref?: boolean): () => void;
}

// JavaScript timers with a longer delay fire immediately.
const maxTimerMs = 2 ** 31 - 1;

/** The system's monotonic clock, which is not affected by changes of the system time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  schedule(callback, delayMs, unref) {
    if (delayMs > maxTimerMs) {
      const rest = (): void => {
        drop = systemClock.schedule(callback, delayMs - maxTimerMs, unref);
      };
      let drop = systemClock.schedule(rest, maxTimerMs, unref);
      return () => drop();
    }
    const timer = setTimeout(callback, delayMs);
    if (unref) {
      // In browsers, a timer is a number without unref(), and there is no process to keep alive.
      (timer as { unref?: () => void }).unref?.();
    }
    return () => clearTimeout(timer);
  },
};
