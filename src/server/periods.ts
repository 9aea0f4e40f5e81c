/**
 * Intervals, in milliseconds, of a server's periodic tasks. Changes are announced as well, so a test can make the
 * intervals so long that the server reacts only to announcements.
 */
export interface Periods {
  /** Reads the operations that calls wait for. */
  readonly waitMs: number;
  /** Renews the leases of running operations and finds out which of them should stop. */
  readonly renewMs: number;
  /** Cleans up after crashed workers, deletes expired operations and claims work. */
  readonly sweepMs: number;
  /** Checks the connection that receives announcements. */
  readonly heartbeatMs: number;
  /** Looks for operations that no worker runs. */
  readonly waitingMs: number;
  /** The time after an interruption after which a handler that still runs is logged. */
  readonly ignoredMs: number;
  /** Logs such a handler again. */
  readonly ignoredAgainMs: number;
}

/** The intervals of the log, which do not depend on the lease. */
const logPeriods = { waitingMs: 60_000, ignoredMs: 5_000, ignoredAgainMs: 60_000 };

/** Returns the intervals for a lease of this length. */
export function periodsOf(leaseMs: number): Periods {
  const sweepMs = Math.max(1, Math.round(leaseMs / 10_000)) * 1_000;
  return { waitMs: 5_000, renewMs: leaseMs / 3, sweepMs, heartbeatMs: 5_000, ...logPeriods };
}
