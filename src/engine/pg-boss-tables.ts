/*
 * The engine's dependencies on internals of pg-boss: columns of its tables, and return values that its types do not
 * declare. pg-boss is pinned to an exact version, and each function has a test that fails if a new version differs.
 */
import type { Connection } from "./database.ts";

/** A fetched job. Its id is the operation's id, and its retry count identifies the claim. */
export interface Job {
  readonly id: string;
  readonly retryCount: number;
}

/** A fetched job, with the output of its last failure: pg-boss fails a job when its lease expires. */
export interface FetchedJob extends Job {
  readonly output: unknown;
}

/** Ten years, in seconds. */
export const forever: number = 10 * 365 * 24 * 60 * 60;

/** Returns the number of jobs that a call changed. */
export function affectedBy(response: object): number {
  return (response as { affected: number }).affected;
}

/** Returns the ids of the jobs that a call found. */
export function idsIn(response: object): readonly string[] {
  return (response as { settled?: string[] }).settled ?? [];
}

/** Removes the time limit of a queue's jobs, for which pg-boss's options allow at most 24 hours. */
export async function liftTimeLimit(connection: Connection, schema: string, queue: string): Promise<void> {
  await connection.query(`UPDATE ${schema}.queue SET expire_seconds = $2 WHERE name = $1`, [queue, forever]);
}

/**
 * Releases jobs, so that other workers can fetch them and the release does not count as a crash. pg-boss's fail() would
 * use up a retry, so this raises retry_limit as well. The new retry_count invalidates the old claim.
 */
export async function releaseJobs(
  connection: Connection,
  schema: string,
  queue: string,
  jobs: readonly Job[],
): Promise<void> {
  await connection.query(
    `UPDATE ${schema}.job SET state = 'created', started_on = NULL, heartbeat_on = NULL, output = NULL,
       retry_count = retry_count + 1, retry_limit = retry_limit + 1
     WHERE name = $1 AND state = 'active' AND id::text || ':' || retry_count = ANY($2::text[])`,
    [queue, jobs.map(({ id, retryCount }) => `${id}:${retryCount}`)],
  );
}

/** The pending work in the queues. */
export interface QueueOutlook {
  /** The queues with jobs that no worker has claimed. */
  readonly ready: readonly string[];
  /** Whether pg-boss has something to clean up. */
  readonly supervise: boolean;
}

/** Interval of pg-boss's maintenance if no lease expires, in seconds. Processes share it. */
const superviseSeconds = 60;

/** The columns of a statement that returns a QueueOutlook. */
export function queueOutlookColumns(schema: string): string {
  return `
    ARRAY(
      SELECT q.name FROM ${schema}.queue q
      WHERE EXISTS (SELECT FROM ${schema}.job j WHERE j.name = q.name AND j.state < 'active' AND NOT j.blocked)
    ) AS ready,
    EXISTS (
      SELECT FROM ${schema}.job WHERE state = 'active' AND heartbeat_on + heartbeat_seconds * interval '1s' < now()
    ) OR EXISTS (
      SELECT FROM ${schema}.queue
      WHERE COALESCE(monitor_claim_on, created_on) < now() - interval '${superviseSeconds} seconds'
    ) AS supervise`;
}

/** An index of claimed jobs, which are few, so that expired leases are found quickly even if many jobs wait. */
export function activeJobsIndex(schema: string): string {
  return `CREATE INDEX job_active ON ${schema}.job (name, id) WHERE state = 'active';`;
}

/** Returns the claimed jobs. */
export async function activeJobs(
  connection: Connection,
  schema: string,
): Promise<readonly { readonly queue: string; readonly id: string }[]> {
  const { rows } = await connection.query(`SELECT name, id FROM ${schema}.job WHERE state = 'active'`);
  return rows.map(({ name, id }) => ({ queue: String(name), id: String(id) }));
}
