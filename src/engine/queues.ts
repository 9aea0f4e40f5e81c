import type { EngineOptions, Parallel } from "../server/operation-store.ts";
import type { Connection, Database } from "./database.ts";
import { type Db, PgBoss } from "./pg-boss.ts";
import {
  activeJobs,
  affectedBy,
  type FetchedJob,
  forever,
  idsIn,
  type Job,
  liftTimeLimit,
  releaseJobs,
} from "./pg-boss-tables.ts";

export type { Job } from "./pg-boss-tables.ts";

/** The queue to which pg-boss moves jobs whose workers crashed too many times. */
export const deadQueue = "dead";

/** The pg-boss policy for each setting. With `preempt`, the next operation queues until the preempted handler stops. */
const policies = {
  allow: "standard",
  queue: "key_strict_fifo",
  preempt: "key_strict_fifo",
  abort: "exclusive",
} as const satisfies Record<Parallel, string>;

/** A job whose workers crashed too many times. */
export interface DeadJob extends Job {
  readonly sourceId: string;
  readonly sourceName: string;
}

/** A job to send. */
export interface NewJob {
  readonly id: string;
  readonly key: string | undefined;
  /** The number of crashes or lost leases after which pg-boss moves the job to the dead queue. */
  readonly maxAttempts: number;
}

/**
 * The queues of pg-boss: one for each method and policy, so that a worker fetches only jobs that it can run. A job
 * represents the right to run an operation. It has no data and is deleted when the operation is settled.
 */
export interface Queues {
  /** Returns the name of a method's queue, which is created if needed. */
  ensure(method: string, parallel: Parallel): Promise<string>;
  /** Returns the queues of a method, including those of policies that another version of the program uses. */
  of(method: string): readonly string[];
  /** Finds queues that other processes created. */
  refresh(): Promise<void>;
  /** Makes a queue that another process created usable. Returns the method that it belongs to. */
  learn(queue: string): Promise<string>;
  /** Sends a job. Returns false if another job has the key. */
  send(tx: Connection, queue: string, job: NewJob): Promise<boolean>;
  fetch(tx: Connection, queue: string, limit: number): Promise<FetchedJob[]>;
  fetchDead(limit: number): Promise<DeadJob[]>;
  /** Sends a heartbeat and returns the ids of the jobs whose claims are still valid. */
  touch(queue: string, jobs: readonly Job[]): Promise<readonly string[]>;
  /** Deletes the jobs whose retry count is unchanged. Returns their number. */
  settle(connection: Connection, queue: string, jobs: readonly Job[]): Promise<number>;
  /** Deletes a job, even if a worker has claimed it. */
  drop(queue: string, id: string): Promise<void>;
  settleDead(tx: Connection, job: DeadJob): Promise<void>;
  /** Releases jobs, so that other workers can fetch them. Does not count as a crash. */
  release(queue: string, jobs: readonly Job[]): Promise<void>;
  /** Fails the current claims of all jobs, whose workers must no longer exist. */
  abandonAll(): Promise<void>;
  /** Frees jobs whose leases expired and runs pg-boss's maintenance. */
  supervise(): Promise<void>;
  close(): Promise<void>;
}

interface QueuesOptions extends EngineOptions {
  /** Whether to create or migrate the tables of pg-boss. Default true. */
  readonly migrates?: boolean | undefined;
}

/** Opens pg-boss in a schema. No other process may do this concurrently. */
export async function openQueues(database: Database, schema: string, options: QueuesOptions): Promise<Queues> {
  const { leaseSeconds } = options;
  const boss = await startBoss(database, schema, options);
  await boss.createQueue(deadQueue);
  const catalogue = await openCatalogue(boss, database, schema);
  return {
    ...catalogue,
    async send(tx, queue, { id, key, maxAttempts }) {
      const sent = await boss.send(queue, null, {
        id,
        ...(key !== undefined && { singletonKey: key }),
        retryLimit: maxAttempts - 1,
        retryDelay: 0,
        heartbeatSeconds: leaseSeconds,
        // pg-boss deletes jobs that are queued for longer.
        retentionSeconds: forever,
        db: over(tx),
      });
      return sent !== null;
    },
    fetch: (tx, queue, batchSize) => boss.fetch(queue, { batchSize, includeMetadata: true, db: over(tx) }),
    fetchDead: async (batchSize) =>
      (await boss.fetch(deadQueue, { batchSize, includeMetadata: true })).flatMap(
        ({ id, retryCount, sourceId, sourceName }) =>
          sourceId && sourceName ? [{ id, retryCount, sourceId, sourceName }] : [],
      ),
    touch: async (queue, jobs) => idsIn(await boss.touch(queue, [...jobs], { db: over(database.renewing) })),
    settle: async (connection, queue, jobs) =>
      affectedBy(await boss.deleteJob(queue, [...jobs], { db: over(connection) })),
    async drop(queue, id) {
      await boss.deleteJob(queue, id);
    },
    async settleDead(tx, job) {
      // Deletes the failed job, too, which would otherwise block its key.
      await boss.deleteJob(job.sourceName, job.sourceId, { db: over(tx) });
      await boss.deleteJob(deadQueue, job, { db: over(tx) });
    },
    release: (queue, jobs) => releaseJobs(database, schema, queue, jobs),
    async abandonAll() {
      for (const { queue, id } of await activeJobs(database, schema)) {
        await boss.fail(queue, id, { message: "the process ended" });
      }
    },
    supervise: () => boss.supervise(),
    close: () => boss.stop({ graceful: false }),
  };
}

/** Adapts a connection for pg-boss. */
function over(connection: Connection): Db {
  return { executeSql: (text, values) => connection.query(text, values) };
}

async function startBoss(database: Database, schema: string, { log, migrates = true }: QueuesOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    schema,
    migrate: migrates,
    db: over(database),
    supervise: false,
    schedule: false,
    // The minimum: the server calls supervise() only if it is necessary.
    monitorIntervalSeconds: 1,
    warningQueueSize: 1_000_000,
  });
  boss.on("error", (error) => log({ level: "error", message: "pg-boss reported an error", error }));
  boss.on("warning", ({ message, data }) => log({ level: "warn", message: `pg-boss: ${message}`, error: data }));
  return await boss.start();
}

const noJob = "00000000-0000-0000-0000-000000000000";

/** Keeps track of the existing queues. */
async function openCatalogue(
  boss: PgBoss,
  database: Database,
  schema: string,
): Promise<Pick<Queues, "ensure" | "of" | "refresh" | "learn">> {
  const ready = new Set<string>();
  const preparing = new Map<string, Promise<void>>();

  /** Prepares a queue, unless it is ready. Concurrent calls share one preparation. */
  function makeReady(queue: string, prepare: () => Promise<void>): Promise<void> {
    if (ready.has(queue)) {
      return Promise.resolve();
    }
    const prepared =
      preparing.get(queue) ??
      prepare()
        // On first use, pg-boss reads a queue's settings on a separate connection. Inside a transaction on a database
        // with a single connection, that would deadlock.
        .then(() => boss.findJobs(queue, { id: noJob }))
        .then(() => void ready.add(queue))
        .finally(() => preparing.delete(queue));
    preparing.set(queue, prepared);
    return prepared;
  }

  async function refresh(): Promise<void> {
    const queues = await boss.getQueues();
    // A queue that still has its time limit is incomplete: `ensure` completes it.
    const finished = queues.filter(({ name, expireInSeconds }) => name === deadQueue || expireInSeconds === forever);
    await Promise.all(finished.map(({ name }) => makeReady(name, async () => {})));
  }

  await refresh();
  return {
    async ensure(method, parallel) {
      const queue = `${method}/${parallel}`;
      await makeReady(queue, async () => {
        await boss.createQueue(queue, { policy: policies[parallel], deadLetter: deadQueue });
        await liftTimeLimit(database, schema, queue);
      });
      return queue;
    },
    of: (method) => [...ready].filter((queue) => queue.startsWith(`${method}/`)),
    refresh,
    async learn(queue) {
      await makeReady(queue, async () => {});
      return queue.slice(0, queue.lastIndexOf("/"));
    },
  };
}
