/** The lease of the servers, in milliseconds: the minimum. */
export const leaseMs = 10_000;

/** A pause, in milliseconds, after which other servers have claimed the operations of the paused one and run them. */
export const pastLeaseMs: number = leaseMs + 3_000;
