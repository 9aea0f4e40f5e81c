import { randomUUID } from "node:crypto";
import { PgBoss } from "pg-boss";

/** The operations that both databases support. */
export interface Sql {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** The minimum cost of a durable operation: two hand-written transactions that use pg-boss and SQL. */
export interface Floor {
  start(): Promise<void>;
  /** Fetches the given number of jobs to complete. */
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
  // Fill pg-boss's queue cache first, because that needs a separate connection.
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
