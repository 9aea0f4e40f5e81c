import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import { forever } from "./pg-boss-tables.ts";
import { pgliteDatabase } from "./pglite-database.ts";
import { openQueues, type Queues } from "./queues.ts";

const options = { leaseSeconds: 10, heartbeatMs: 5_000, log: () => {} };
let database: Database;
let queues: Queues;

beforeAll(async () => {
  const pglite = await PGlite.create();
  database = pgliteDatabase(pglite, () => pglite.close());
  queues = await openQueues(database, "lro", options);
});
afterAll(async () => {
  await queues.close();
  await database.close();
});

async function limits(): Promise<unknown[]> {
  const { rows } = await database.query("SELECT expire_seconds FROM lro.queue WHERE name = $1", ["a.b.C/queue"]);
  return rows.map(({ expire_seconds }) => expire_seconds);
}

test("concurrent calls that need a new queue wait until it is ready", async () => {
  const names = await Promise.all([queues.ensure("a.b.C", "queue"), queues.ensure("a.b.C", "queue")]);
  expect(names).toEqual(["a.b.C/queue", "a.b.C/queue"]);
  expect(queues.of("a.b.C")).toEqual(["a.b.C/queue"]);
  expect(await limits()).toEqual([forever]);
});

test("a queue that a process created only in part is completed by the next process", async () => {
  await database.query("UPDATE lro.queue SET expire_seconds = 900 WHERE name = $1", ["a.b.C/queue"]);
  const next = await openQueues(database, "lro", options);
  expect(next.of("a.b.C")).toEqual([]);
  await next.ensure("a.b.C", "queue");
  expect(next.of("a.b.C")).toEqual(["a.b.C/queue"]);
  expect(await limits()).toEqual([forever]);
  await next.close();
});

test("a queue that another process created can be used in a transaction after a refresh", async () => {
  const other = await openQueues(database, "lro", options);
  await other.ensure("a.b.D", "allow");
  await queues.refresh();
  const id = "01890000-0000-7000-8000-000000000001";
  const job = { id, key: undefined, maxAttempts: 1 };
  expect(await database.transaction((tx) => queues.send(tx, "a.b.D/allow", job))).toBe(true);
  expect(await database.transaction((tx) => other.fetch(tx, "a.b.D/allow", 1))).toMatchObject([{ id }]);
  await other.close();
});

test("a job is not sent if its transaction is rolled back", async () => {
  const job = { id: "01890000-0000-7000-8000-000000000002", key: "k", maxAttempts: 1 };
  const queue = await queues.ensure("a.b.E", "abort");
  await database.transaction(async (tx) => {
    expect(await queues.send(tx, queue, job)).toBe(true);
    await tx.rollback();
  });
  expect(await database.transaction((tx) => queues.fetch(tx, queue, 1))).toEqual([]);
});
