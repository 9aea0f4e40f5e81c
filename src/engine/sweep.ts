import type { OperationStore, SweepErrors, SweptOperation } from "../server/operation-store.ts";
import { type QueueOutlook, queueOutlookColumns } from "./pg-boss-tables.ts";
import { deadQueue } from "./queues.ts";
import type { StoreParts } from "./store.ts";

const batch = 500;

/** The part of a store that finds work, cleans up after crashed workers and deletes expired operations. */
export function sweep({ database, schema, queues, events, table }: StoreParts): Pick<OperationStore, "look" | "sweep"> {
  /** Fails the operations whose workers crashed too many times. */
  async function failDead({ crashed, cancelled }: SweepErrors): Promise<SweptOperation[]> {
    const failed: SweptOperation[] = [];
    for (const dead of await queues.fetchDead(batch)) {
      const { rows } = await database.transaction(async (tx) => {
        await queues.settleDead(tx, dead);
        return await tx.query(
          `UPDATE ${table} SET done = true, error = CASE WHEN cancel_requested THEN $3::bytea ELSE $2 END,
             update_time = now(), expire_time = now() + expire_after
           WHERE id = $1 AND NOT done RETURNING name, method, attempt`,
          [dead.sourceId, crashed, cancelled],
        );
      });
      for (const { name, method, attempt } of rows) {
        failed.push({ name: String(name), method: String(method), attempt: Number(attempt) });
        events.announce({ kind: "changed", name: String(name) }, { kind: "work", queue: dead.sourceName });
      }
    }
    return failed;
  }

  async function deleteExpired(): Promise<void> {
    for (let expired = batch; expired === batch; ) {
      const { rows } = await database.query(
        `DELETE FROM ${table} WHERE id IN (
           SELECT id FROM ${table} WHERE done AND expire_time < now() LIMIT ${batch} FOR UPDATE SKIP LOCKED)
         RETURNING 1`,
      );
      expired = rows.length;
    }
  }

  return {
    async look() {
      const { rows } = await database.query(
        `SELECT ${queueOutlookColumns(schema)},
           EXISTS (SELECT FROM ${table} WHERE done AND expire_time < now()) AS expired`,
      );
      const { ready, supervise, expired } = rows[0] as unknown as QueueOutlook & { readonly expired: boolean };
      const live = ready.filter((queue) => queue !== deadQueue);
      const methods = await Promise.all(live.map((queue) => queues.learn(queue)));
      return { methods: [...new Set(methods)], sweep: supervise || expired || live.length < ready.length };
    },

    async sweep(errors) {
      await queues.supervise();
      const failed = await failDead(errors);
      await deleteExpired();
      return failed;
    },
  };
}
