/**
 * Intervals, in milliseconds, of what a server does without being notified. Changes are announced as well, so a test can
 * make the intervals so long that only announcements are left.
 */
export interface Periods {
  /** How often to read the operations that calls wait for. */
  readonly waitMs: number;
  /** How often to renew the leases of running operations, and to learn which of them should stop. */
  readonly renewMs: number;
  /** How often to clean up after crashed workers, delete expired operations and look for work. */
  readonly sweepMs: number;
  /** How often to check that the connection that receives announcements is alive. */
  readonly heartbeatMs: number;
}

/** Returns the intervals for a lease of this length. */
export function periodsOf(leaseMs: number): Periods {
  const sweepMs = Math.max(1, Math.round(leaseMs / 10_000)) * 1_000;
  return { waitMs: 5_000, renewMs: leaseMs / 3, sweepMs, heartbeatMs: 5_000 };
}
