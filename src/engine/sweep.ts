import type { OperationStore } from "../server/operation-store.ts";
import { type QueueOutlook, queueOutlookColumns } from "./pg-boss-tables.ts";
import { deadQueue } from "./queues.ts";
import type { StoreParts } from "./store.ts";

const batch = 500;

/** The part of a store that finds work, cleans up after crashed workers and deletes expired operations. */
export function sweep({ database, schema, queues, events, table }: StoreParts): Pick<OperationStore, "look" | "sweep"> {
  /** Fails the operations whose workers crashed too many times. */
  async function failDead(error: Uint8Array): Promise<void> {
    for (const dead of await queues.fetchDead(batch)) {
      const { rows } = await database.transaction(async (tx) => {
        await queues.settleDead(tx, dead);
        return await tx.query(
          `UPDATE ${table} SET done = true, error = $2, update_time = now(), expire_time = now() + expire_after
           WHERE id = $1 AND NOT done RETURNING name`,
          [dead.sourceId, error],
        );
      });
      for (const { name } of rows) {
        events.announce({ kind: "changed", name: String(name) }, { kind: "work", queue: dead.sourceName });
      }
    }
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

    async sweep(error) {
      await queues.supervise();
      await failDead(error);
      await deleteExpired();
    },
  };
}
