import { type Db, PgBoss } from "pg-boss";
import type { EngineOptions, Parallel } from "../server/operation-store.ts";
import type { Connection, Database } from "./database.ts";
import { activeJobs, affectedBy, forever, giveBack, idsIn, type Job, liftTimeLimit } from "./pg-boss-tables.ts";

export type { Job } from "./pg-boss-tables.ts";

/** Where pg-boss puts the jobs whose workers crashed too often. */
const deadQueue = "dead";

/** The pg-boss policy that keeps each promise. A preempted operation still runs until it stops: the next one queues. */
const policies = {
  allow: "standard",
  queue: "key_strict_fifo",
  preempt: "key_strict_fifo",
  abort: "exclusive",
} as const satisfies Record<Parallel, string>;

/** A job that no worker finished. */
export interface DeadJob extends Job {
  readonly sourceId: string;
  readonly sourceName: string;
}

/** A job to be. */
export interface NewJob {
  readonly id: string;
  readonly key: string | undefined;
  /** How often a worker may crash or lose its lease before the job is dead. */
  readonly maxAttempts: number;
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
  /** Learns of a queue that is there, and returns the method that it belongs to. */
  learn(queue: string): Promise<string>;
  /** False if another job holds the key. */
  send(tx: Connection, queue: string, job: NewJob): Promise<boolean>;
  fetch(tx: Connection, queue: string, limit: number): Promise<Job[]>;
  fetchDead(limit: number): Promise<DeadJob[]>;
  /** Shows that the worker lives, and returns the ids of the jobs that it still holds. */
  touch(queue: string, jobs: readonly Job[]): Promise<readonly string[]>;
  /** Deletes jobs whose attempt is still the one given. Returns how many. */
  settle(connection: Connection, queue: string, jobs: readonly Job[]): Promise<number>;
  /** Deletes a job whoever holds it. */
  drop(queue: string, id: string): Promise<void>;
  settleDead(tx: Connection, job: DeadJob): Promise<void>;
  /** Lets others fetch jobs that their worker gives up by itself: it is as if they had never been fetched. */
  release(queue: string, jobs: readonly Job[]): Promise<void>;
  /** Takes every job from its worker, which is known to be gone. */
  abandonAll(): Promise<void>;
  /** Takes jobs from workers that show no sign of life, and does pg-boss's housekeeping. */
  supervise(): Promise<void>;
  close(): Promise<void>;
}

/** Opens pg-boss in a schema. Call it where no other process does the same. */
export async function openQueues(database: Database, schema: string, options: EngineOptions): Promise<Queues> {
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
        // pg-boss forgets jobs that wait longer.
        retentionSeconds: forever,
        db: over(tx),
      });
      return sent !== null;
    },
    fetch: (tx, queue, batchSize) => boss.fetch(queue, { batchSize, db: over(tx) }),
    fetchDead: async (batchSize) =>
      (await boss.fetch(deadQueue, { batchSize, includeMetadata: true })).flatMap(
        ({ id, retryCount, sourceId, sourceName }) =>
          sourceId && sourceName ? [{ id, retryCount, sourceId, sourceName }] : [],
      ),
    touch: async (queue, jobs) => idsIn(await boss.touch(queue, [...jobs])),
    settle: async (connection, queue, jobs) =>
      affectedBy(await boss.deleteJob(queue, [...jobs], { db: over(connection) })),
    async drop(queue, id) {
      await boss.deleteJob(queue, id);
    },
    async settleDead(tx, job) {
      // The failed job still holds its key.
      await boss.deleteJob(job.sourceName, job.sourceId, { db: over(tx) });
      await boss.deleteJob(deadQueue, job, { db: over(tx) });
    },
    release: (queue, jobs) => giveBack(database, schema, queue, jobs),
    async abandonAll() {
      for (const { queue, id } of await activeJobs(database, schema)) {
        await boss.fail(queue, id);
      }
    },
    supervise: () => boss.supervise(),
    close: () => boss.stop({ graceful: false }),
  };
}

/** What pg-boss runs its statements on. */
function over(connection: Connection): Db {
  return { executeSql: (text, values) => connection.query(text, values) };
}

async function startBoss(database: Database, schema: string, { sweepSeconds, log }: EngineOptions): Promise<PgBoss> {
  const boss = new PgBoss({
    schema,
    db: over(database),
    supervise: false,
    schedule: false,
    monitorIntervalSeconds: sweepSeconds,
    warningQueueSize: 1_000_000,
  });
  boss.on("error", (error) => log({ level: "error", message: "pg-boss", error }));
  boss.on("warning", ({ message, data }) => log({ level: "warn", message: `pg-boss: ${message}`, error: data }));
  return await boss.start();
}

const noJob = "00000000-0000-0000-0000-000000000000";

/** Knows which queues there are. */
async function openCatalogue(
  boss: PgBoss,
  database: Database,
  schema: string,
): Promise<Pick<Queues, "ensure" | "of" | "refresh" | "learn">> {
  const ready = new Set<string>();
  const preparing = new Map<string, Promise<void>>();

  /** Prepares a queue that is not ready, once for all who need it meanwhile. */
  function makeReady(queue: string, prepare: () => Promise<void>): Promise<void> {
    if (ready.has(queue)) {
      return Promise.resolve();
    }
    const prepared =
      preparing.get(queue) ??
      prepare()
        // pg-boss reads up a queue that it meets for the first time. Within a transaction of a database that has a
        // single connection, it would wait for ever.
        .then(() => boss.findJobs(queue, { id: noJob }))
        .then(() => void ready.add(queue))
        .finally(() => preparing.delete(queue));
    preparing.set(queue, prepared);
    return prepared;
  }

  async function refresh(): Promise<void> {
    const queues = await boss.getQueues();
    // One whose time limit is not lifted is still being made, or was left half made: `ensure` finishes it.
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
