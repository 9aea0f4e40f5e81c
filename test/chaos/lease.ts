/** How long a dead server keeps its operations, in milliseconds: the least that there is. */
export const leaseMs = 10_000;

/** So long must a server stand still for others to take its operations, and to be at work on them when it goes on. */
export const pastLeaseMs: number = leaseMs + 3_000;
