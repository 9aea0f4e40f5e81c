import { PgBoss } from "pg-boss";
import type { EngineOptions, Parallel } from "../server/engine.ts";
import type { Database } from "./database.ts";

/** Where pg-boss puts the jobs whose workers crashed too often. */
const deadQueue = "dead";

/** The pg-boss policy that keeps each promise. A preempted operation still runs until it stops: the next one queues. */
const policies = {
  allow: "standard",
  queue: "key_strict_fifo",
  preempt: "key_strict_fifo",
  abort: "exclusive",
} as const satisfies Record<Parallel, string>;

/** A job that was fetched: its id is that of the operation, and the retry count names the attempt. */
export interface Job {
  readonly id: string;
  readonly retryCount: number;
}

/** A job that no worker finished. */
export interface DeadJob extends Job {
  readonly sourceId: string;
  readonly sourceName: string;
}

/**
 * The queues of pg-boss: one for each method and policy, so that a worker fetches only what it can run. A job is only
 * the right to run an operation: it holds no data, and it is deleted when the operation is settled.
 */
export interface Queues {
  /** The queue of a method. Creates it, where it is not there yet. */
  ensure(method: string, parallel: Parallel): Promise<string>;
  /** The queues of a method, also those of policies that it had in another version of the program. */
  of(method: string): readonly string[];
  /** Learns of the queues that other processes have created. */
  refresh(): Promise<void>;
  /** False if another job holds the key. */
  send(queue: string, id: string, key: string | undefined, maxAttempts: number): Promise<boolean>;
  fetch(queue: string, limit: number): Promise<Job[]>;
  fetchDead(limit: number): Promise<DeadJob[]>;
  /** Shows that the worker lives, and returns the ids of the jobs that it still holds. */
  touch(queue: string, jobs: readonly Job[]): Promise<ReadonlySet<string>>;
  /** Deletes jobs whose attempt is still the one given. Returns how many. */
  settle(queue: string, jobs: readonly Job[]): Promise<number>;
  /** Deletes a job whoever holds it. */
  drop(queue: string, id: string): Promise<void>;
  settleDead(job: DeadJob): Promise<void>;
  /** Lets others fetch jobs whose worker gives them up of its own will: it is as if they had never been fetched. */
  release(queue: string, jobs: readonly Job[]): Promise<void>;
  /** Takes every job from its worker, which is known to be gone. */
  abandonAll(): Promise<void>;
  /** Takes jobs from workers that show no sign of life, and does pg-boss's housekeeping. */
  supervise(): Promise<void>;
  close(): Promise<void>;
}

/** Opens pg-boss in a schema. Call it where no other process does the same. */
export async function openQueues(
  database: Database,
  schema: string,
  { leaseSeconds, sweepSeconds, log }: EngineOptions,
): Promise<Queues> {
  const boss = new PgBoss({
    schema,
    db: { executeSql: (text, values) => database.query(text, values) },
    supervise: false,
    schedule: false,
    monitorIntervalSeconds: sweepSeconds,
    warningQueueSize: 1_000_000,
  });
  boss.on("error", (error) => log({ level: "error", message: "pg-boss", error }));
  boss.on("warning", ({ message, data }) => log({ level: "warn", message: `pg-boss: ${message}`, error: data }));
  await boss.start();
  await boss.createQueue(deadQueue);
  let known: readonly string[] = [];

  /** Calls that pg-boss declares to return nothing say what they did. */
  const did = (response: object): { affected: number; settled?: string[] } =>
    response as { affected: number; settled?: string[] };

  async function refresh(): Promise<void> {
    known = (await boss.getQueues()).map(({ name }) => name);
  }

  await refresh();
  return {
    async ensure(method, parallel) {
      const queue = `${method}/${parallel}`;
      if (!known.includes(queue)) {
        await database.transaction(async () => {
          await boss.createQueue(queue, { policy: policies[parallel], deadLetter: deadQueue });
          // A worker that shows that it lives may take as long as it likes. pg-boss's options allow 24 hours at most.
          await database.query(`UPDATE ${schema}.queue SET expire_seconds = $2 WHERE name = $1`, [queue, forever]);
        });
        known = [...known, queue];
      }
      return queue;
    },
    of: (method) => known.filter((queue) => queue.startsWith(`${method}/`)),
    refresh,
    async send(queue, id, key, maxAttempts) {
      const sent = await boss.send(queue, null, {
        id,
        ...(key !== undefined && { singletonKey: key }),
        retryLimit: maxAttempts - 1,
        retryDelay: 0,
        heartbeatSeconds: leaseSeconds,
        // pg-boss forgets jobs that wait longer.
        retentionSeconds: forever,
      });
      return sent !== null;
    },
    fetch: (queue, batchSize) => boss.fetch(queue, { batchSize }),
    fetchDead: async (batchSize) =>
      (await boss.fetch(deadQueue, { batchSize, includeMetadata: true })).flatMap(
        ({ id, retryCount, sourceId, sourceName }) =>
          sourceId && sourceName ? [{ id, retryCount, sourceId, sourceName }] : [],
      ),
    touch: async (queue, jobs) => new Set(did(await boss.touch(queue, [...jobs])).settled),
    settle: async (queue, jobs) => did(await boss.deleteJob(queue, [...jobs])).affected,
    async drop(queue, id) {
      await boss.deleteJob(queue, id);
    },
    async settleDead(job) {
      // The failed job still holds its key.
      await boss.deleteJob(job.sourceName, job.sourceId);
      await boss.deleteJob(deadQueue, job);
    },
    async release(queue, jobs) {
      // pg-boss has only fail() for this, which costs an attempt. Here one is granted for it, and the fence moves on.
      await database.query(
        `UPDATE ${schema}.job SET state = 'created', started_on = NULL, heartbeat_on = NULL,
           retry_count = retry_count + 1, retry_limit = retry_limit + 1
         WHERE name = $1 AND state = 'active' AND id::text || ':' || retry_count = ANY($2::text[])`,
        [queue, jobs.map(({ id, retryCount }) => `${id}:${retryCount}`)],
      );
    },
    async abandonAll() {
      const { rows } = await database.query(`SELECT name, id FROM ${schema}.job WHERE state = 'active'`);
      for (const { name, id } of rows) {
        await boss.fail(String(name), String(id));
      }
    },
    supervise: () => boss.supervise(),
    close: () => boss.stop({ graceful: false }),
  };
}

/** Ten years, in seconds. */
const forever = 10 * 365 * 24 * 60 * 60;
