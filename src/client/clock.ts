/** Where the client takes time and chance from. Tests put one of their own in place. */
export interface Clock {
  /** Milliseconds since some moment. Never goes back. */
  now(): number;
  /** A number from 0 to 1, for jitter. */
  random(): number;
  /**
   * Calls back once, after at least so many milliseconds.
   *
   * @param unref Whether a process may exit before.
   * @returns What drops the call.
   */
  schedule(callback: () => void, delayMs: number, unref?: boolean): () => void;
}

// A timer of 2^31 ms or more fires at once.
const maxTimerMs = 2 ** 31 - 1;

/** The clock of the machine, which does not jump when someone sets the time. */
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
      // Browsers have numbers for timers, and nothing to keep alive.
      (timer as { unref?: () => void }).unref?.();
    }
    return () => clearTimeout(timer);
  },
};
