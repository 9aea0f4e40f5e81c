/**
 * Intervals, in milliseconds, of what a server does without being notified. Changes are announced as well, so a test can
 * make the intervals so long that only announcements are left.
 */
export interface Periods {
  /** How often to read the operations that calls wait for. */
  readonly waitMs: number;
  /** How often to renew the leases of running operations, and to learn which of them should stop. */
  readonly renewMs: number;
  /** How often to look for work, and for what crashed workers left and what has expired. */
  readonly sweepMs: number;
  /** How often to check that the connection that receives announcements is alive. */
  readonly heartbeatMs: number;
}

/**
 * Returns the intervals for a lease of this length.
 *
 * @param listens Whether changes are announced. If not, all of them have to be looked for.
 */
export function periodsOf(leaseMs: number, listens: boolean): Omit<Periods, "heartbeatMs"> {
  const renewMs = leaseMs / 3;
  return listens
    ? { waitMs: 5_000, renewMs, sweepMs: 1_000 }
    : { waitMs: 1_000, renewMs: Math.min(renewMs, 1_000), sweepMs: 1_000 };
}

/** How often to check the connection that receives announcements, by default. */
export const defaultHeartbeatMs = 5_000;
