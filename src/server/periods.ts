/**
 * How often a server does what nobody tells it to, in milliseconds. Changes are announced, so a test that is to see that
 * they are lets these be so long that it ends before.
 */
export interface Periods {
  /** Looks at the operations that somebody waits for. */
  readonly waitMs: number;
  /** Gives a sign of life for the operations that run, and learns who should stop. */
  readonly renewMs: number;
  /** Clears away what crashed workers and time have left, and looks for work. */
  readonly sweepMs: number;
  /** Makes sure that the connection that announcements come by is alive. */
  readonly heartbeatMs: number;
}

/** What suits a lease. */
export function periodsOf(leaseMs: number): Periods {
  const sweepMs = Math.max(1, Math.round(leaseMs / 10_000)) * 1_000;
  return { waitMs: 5_000, renewMs: leaseMs / 3, sweepMs, heartbeatMs: 5_000 };
}
