import { randomUUID } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "./database.ts";
import { activeJobs, affectedBy, idsIn, type Job, liftTimeLimit, releaseJobs } from "./pg-boss-tables.ts";
import { pgliteDatabase } from "./pglite-database.ts";

const schema = "boss";
let database: Database;
let boss: PgBoss;
let queue: string;

beforeAll(async () => {
  const pglite = await PGlite.create();
  database = pgliteDatabase(pglite, () => pglite.close());
  const db = { executeSql: database.query };
  boss = await new PgBoss({ schema, db, supervise: false, schedule: false, monitorIntervalSeconds: 1 }).start();
});
afterAll(async () => {
  await boss.stop({ graceful: false });
  await database.close();
});
beforeEach(async () => {
  queue = `queue-${randomUUID()}`;
  await boss.createQueue(queue);
});

async function fetchOne(options: object = {}): Promise<Job> {
  await boss.send(queue, null, { retryLimit: 1, retryDelay: 0, heartbeatSeconds: 10, ...options });
  const [job] = await boss.fetch(queue);
  expect(job).toBeDefined();
  return job as Job;
}

async function age(column: "started_on" | "heartbeat_on", interval: string): Promise<void> {
  await database.query(`UPDATE ${schema}.job SET ${column} = now() - $1::interval WHERE name = $2`, [interval, queue]);
}

async function supervise(): Promise<void> {
  // pg-boss monitors a queue only once per interval.
  await database.query(`UPDATE ${schema}.queue SET monitor_claim_on = now() - interval '1 hour'`);
  await boss.supervise(queue);
}

test("a deletion returns the number of deleted jobs", async () => {
  const job = await fetchOne();
  expect(affectedBy(await boss.deleteJob(queue, { ...job, retryCount: 7 }))).toBe(0);
  expect(affectedBy(await boss.deleteJob(queue, job))).toBe(1);
  expect(affectedBy(await boss.deleteJob(queue, job))).toBe(0);
});

test("a heartbeat returns the jobs whose lease has not expired", async () => {
  const [kept, lost] = [await fetchOne(), await fetchOne()];
  await boss.fail(queue, lost.id);
  expect(idsIn(await boss.touch(queue, [kept, lost]))).toEqual([kept.id]);
  expect(idsIn(await boss.touch(queue, [lost]))).toEqual([]);
});

test("in a queue without a time limit, a job stays active for a year if its worker sends heartbeats", async () => {
  await fetchOne();
  await age("started_on", "1 year");
  await supervise();
  expect(await activeJobs(database, schema)).not.toContainEqual(expect.objectContaining({ queue }));

  queue = `${queue}-2`;
  await boss.createQueue(queue);
  await liftTimeLimit(database, schema, queue);
  const { id } = await fetchOne();
  await age("started_on", "1 year");
  await supervise();
  expect(await activeJobs(database, schema)).toContainEqual({ queue, id });
  await age("heartbeat_on", "1 minute");
  await supervise();
  expect(await activeJobs(database, schema)).not.toContainEqual({ queue, id });
});

test("active jobs are the fetched jobs of all queues", async () => {
  await boss.send(queue, null);
  expect((await activeJobs(database, schema)).filter((job) => job.queue === queue)).toEqual([]);
  const [job] = await boss.fetch(queue);
  expect((await activeJobs(database, schema)).filter((job) => job.queue === queue)).toEqual([{ queue, id: job?.id }]);
});

test("a released job can be fetched again and does not use up an attempt", async () => {
  let job = await fetchOne();
  for (let times = 0; times < 3; times++) {
    await releaseJobs(database, schema, queue, [job]);
    expect(affectedBy(await boss.deleteJob(queue, job))).toBe(0);
    const [next] = await boss.fetch(queue);
    expect(next).toMatchObject({ id: job.id, retryCount: job.retryCount + 1 });
    job = next as Job;
  }
  // The job still has its only retry.
  await boss.fail(queue, job.id);
  expect(await boss.fetch(queue)).toMatchObject([{ id: job.id }]);
  await boss.fail(queue, job.id);
  expect(await boss.fetch(queue)).toEqual([]);
});

test("only the current attempt can release a job", async () => {
  const job = await fetchOne();
  await releaseJobs(database, schema, queue, [{ ...job, retryCount: job.retryCount + 1 }]);
  expect(await boss.fetch(queue)).toEqual([]);
  await boss.fail(queue, job.id);
  await releaseJobs(database, schema, queue, [job]);
  expect(await boss.fetch(queue)).toMatchObject([{ id: job.id, retryCount: job.retryCount + 1 }]);
});
