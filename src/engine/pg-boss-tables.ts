/*
 * What the engine knows of pg-boss beyond its public API: columns of its tables, and return values that its types do not
 * declare. pg-boss is pinned to an exact version, and each function has a test that fails if another version differs.
 */
import type { Connection } from "./database.ts";

/** A job that was fetched: its id is that of the operation, and the retry count names the attempt. */
export interface Job {
  readonly id: string;
  readonly retryCount: number;
}

/** Ten years, in seconds. */
export const forever: number = 10 * 365 * 24 * 60 * 60;

/** How many jobs a call changed. */
export function affectedBy(response: object): number {
  return (response as { affected: number }).affected;
}

/** The ids of the jobs that a call found. */
export function idsIn(response: object): readonly string[] {
  return (response as { settled?: string[] }).settled ?? [];
}

/** Lets attempts at a queue's jobs take as long as their worker lives. pg-boss's own options allow 24 hours at most. */
export async function liftTimeLimit(connection: Connection, schema: string, queue: string): Promise<void> {
  await connection.query(`UPDATE ${schema}.queue SET expire_seconds = $2 WHERE name = $1`, [queue, forever]);
}

/**
 * Lets others fetch jobs that their worker gives up by itself, as if they had never been fetched. pg-boss has only
 * fail() for this, which costs an attempt. Here one is granted in return, and the retry count moves on as a fence.
 */
export async function giveBack(
  connection: Connection,
  schema: string,
  queue: string,
  jobs: readonly Job[],
): Promise<void> {
  await connection.query(
    `UPDATE ${schema}.job SET state = 'created', started_on = NULL, heartbeat_on = NULL,
       retry_count = retry_count + 1, retry_limit = retry_limit + 1
     WHERE name = $1 AND state = 'active' AND id::text || ':' || retry_count = ANY($2::text[])`,
    [queue, jobs.map(({ id, retryCount }) => `${id}:${retryCount}`)],
  );
}

/** The jobs that workers hold. */
export async function activeJobs(
  connection: Connection,
  schema: string,
): Promise<readonly { readonly queue: string; readonly id: string }[]> {
  const { rows } = await connection.query(`SELECT name, id FROM ${schema}.job WHERE state = 'active'`);
  return rows.map(({ name, id }) => ({ queue: String(name), id: String(id) }));
}
