/**
 * Intervals, in milliseconds, of a server's periodic tasks. Changes are announced as well, so a test can make the
 * intervals so long that the server reacts only to announcements.
 */
export interface Periods {
  /** Reads the operations that calls wait for. */
  readonly waitMs: number;
  /** Renews the leases of running operations and finds out which of them should stop. */
  readonly renewMs: number;
  /** Looks for work, for operations of crashed workers, and for expired operations. */
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

/**
 * Returns the intervals for a lease of this length.
 *
 * @param listens Whether the store announces changes. If not, the server polls for all of them.
 */
export function periodsOf(leaseMs: number, listens: boolean): Omit<Periods, "heartbeatMs"> {
  const renewMs = leaseMs / 3;
  return listens
    ? { waitMs: 5_000, renewMs, sweepMs: 1_000, ...logPeriods }
    : { waitMs: 1_000, renewMs: Math.min(renewMs, 1_000), sweepMs: 1_000, ...logPeriods };
}

/** Default interval of checks of the connection that receives announcements. */
export const defaultHeartbeatMs = 5_000;
