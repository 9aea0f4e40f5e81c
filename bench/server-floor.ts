import { randomUUID } from "node:crypto";
import { PgBoss } from "pg-boss";

/** What both databases can do. */
export interface Sql {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** The least that a durable operation costs: two transactions by hand, with pg-boss and SQL. */
export interface Floor {
  start(): Promise<void>;
  /** Fetches so many jobs, to be settled. */
  fetch(count: number): Promise<(() => Promise<void>)[]>;
  close(): Promise<void>;
}

export async function openFloor(
  sql: Sql,
  transaction: (work: (tx: Sql) => Promise<void>) => Promise<void>,
): Promise<Floor> {
  const asDb = (on: Sql) => ({ executeSql: (text: string, values?: unknown[]) => on.query(text, values) });
  const boss = new PgBoss({ db: asDb(sql), schema: "floor", supervise: false, schedule: false });
  boss.on("error", () => {});
  await boss.start();
  await boss.createQueue("work");
  // Fills pg-boss's cache of queues, which asks for a connection of its own.
  await boss.fetch("work");
  await sql.query(
    `CREATE TABLE floor.operations (id uuid PRIMARY KEY, name text UNIQUE, request bytea, done boolean DEFAULT false,
       response bytea, create_time timestamptz DEFAULT now())`,
  );
  const body = new Uint8Array(20);
  return {
    start: () =>
      transaction(async (tx) => {
        const id = randomUUID();
        await tx.query("INSERT INTO floor.operations (id, name, request) VALUES ($1, $2, $3)", [
          id,
          `operations/${id}`,
          body,
        ]);
        await boss.send("work", null, { id, db: asDb(tx) });
      }),
    fetch: async (batchSize) =>
      (await boss.fetch("work", { batchSize })).map(
        (job) => () =>
          transaction(async (tx) => {
            await boss.complete("work", job, null, { db: asDb(tx) });
            await tx.query("UPDATE floor.operations SET done = true, response = $2 WHERE id = $1", [job.id, body]);
          }),
      ),
    close: () => boss.stop({ graceful: false }),
  };
}
