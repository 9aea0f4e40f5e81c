import type { Claim, OperationStore, Settlement } from "../server/engine.ts";
import type { Announcements } from "./announcements.ts";
import type { Database } from "./database.ts";
import type { Job, Queues } from "./queues.ts";
import { claimColumns, claimOf, operationColumns, resultColumns } from "./rows.ts";

/** The part of a store that workers use. */
export type WorkStore = Pick<OperationStore, "claim" | "renew" | "writeMetadata" | "settle" | "release" | "sweep">;

interface Parts {
  readonly database: Database;
  readonly queues: Queues;
  readonly events: Announcements;
  readonly table: string;
}

const batch = 500;

/**
 * A claim is fenced twice: by the job, whose retry count moves on when the lease is lost, and by the row, whose attempt
 * moves on with every claim.
 */
export function workStore({ database, queues, events, table }: Parts): WorkStore {
  async function claimFrom(queue: string, limit: number): Promise<Claim[]> {
    return await database.transaction(async () => {
      const jobs = await queues.fetch(queue, limit);
      if (jobs.length === 0) {
        return [];
      }
      const { rows } = await database.query(
        `UPDATE ${table} SET attempt = attempt + 1 WHERE id = ANY($1::uuid[]) AND NOT done RETURNING ${claimColumns}`,
        [jobs.map(({ id }) => id)],
      );
      const rowOf = new Map(rows.map((row) => [row.id, row]));
      const stale = jobs.filter(({ id }) => !rowOf.has(id));
      if (stale.length > 0) {
        await queues.settle(queue, stale);
      }
      return jobs.flatMap(({ id, retryCount }) => {
        const row = rowOf.get(id);
        return row ? [claimOf(row, queue, retryCount)] : [];
      });
    });
  }

  /** A job whose operation was ended by others, or is gone, holds its key for nothing. */
  async function dropIfDone(claim: Claim): Promise<void> {
    const { rows } = await database.query(`SELECT 1 FROM ${table} WHERE id = $1 AND NOT done`, [claim.operation.id]);
    if (rows.length === 0) {
      await queues.settle(claim.queue, [jobOf(claim)]);
      events.announce({ kind: "work", method: claim.operation.method });
    }
  }

  async function recordDead(error: Uint8Array): Promise<void> {
    for (const dead of await queues.fetchDead(batch)) {
      const { rows } = await database.transaction(async (tx) => {
        await queues.settleDead(dead);
        return await tx.query(
          `UPDATE ${table} SET done = true, error = $2, update_time = now(), expire_time = now() + expire_after
           WHERE id = $1 AND NOT done RETURNING name, method`,
          [dead.sourceId, error],
        );
      });
      for (const { name, method } of rows) {
        events.announce({ kind: "changed", name: String(name) }, { kind: "work", method: String(method) });
      }
    }
  }

  return {
    async claim(method, limit) {
      const claims: Claim[] = [];
      for (const queue of queues.of(method)) {
        if (claims.length < limit) {
          claims.push(...(await claimFrom(queue, limit - claims.length)));
        }
      }
      return claims;
    },

    async renew(claims) {
      const held = new Set<string>();
      for (const [queue, ofQueue] of Map.groupBy(claims, ({ queue }) => queue)) {
        for (const id of await queues.touch(queue, ofQueue.map(jobOf))) {
          held.add(id);
        }
      }
      const { rows } = await database.query(`SELECT ${operationColumns} FROM ${table} WHERE id = ANY($1::uuid[])`, [
        claims.map(({ operation }) => operation.id),
      ]);
      const rowOf = new Map(rows.map((row) => [row.id, row]));
      return claims.map(({ operation: { id }, attempt }) => {
        const row = rowOf.get(id);
        if (row?.attempt !== attempt) {
          return "lost";
        }
        if (row.done) {
          return "preempted";
        }
        return !held.has(id) ? "lost" : row.cancel_requested ? "cancelled" : "held";
      });
    },

    async writeMetadata({ operation, attempt }, metadata) {
      const { rows } = await database.query(
        `UPDATE ${table} SET metadata = $3, update_time = now()
         WHERE id = $1 AND NOT done AND attempt = $2 RETURNING 1`,
        [operation.id, attempt, metadata],
      );
      return rows.length === 1;
    },

    async settle(claim, work) {
      const { operation, attempt, queue } = claim;
      try {
        await database.transaction(async (tx) => {
          if ((await queues.settle(queue, [jobOf(claim)])) !== 1) {
            throw refused;
          }
          const settlement: Settlement = typeof work === "function" ? await work(tx) : work;
          const { rows } = await tx.query(
            `UPDATE ${table} SET done = true, response = $3, error = $4, metadata = COALESCE($5, metadata),
               update_time = now(), expire_time = now() + expire_after
             WHERE id = $1 AND NOT done AND attempt = $2 RETURNING 1`,
            [operation.id, attempt, ...resultColumns(settlement.result), settlement.metadata ?? null],
          );
          if (rows.length !== 1) {
            throw refused;
          }
        });
      } catch (error) {
        if (error !== refused) {
          throw error;
        }
        await dropIfDone(claim);
        return false;
      }
      events.announce({ kind: "changed", name: operation.name });
      if (!queue.endsWith("/allow")) {
        events.announce({ kind: "work", method: operation.method });
      }
      return true;
    },

    async release(claims) {
      for (const [queue, ofQueue] of Map.groupBy(claims, ({ queue }) => queue)) {
        await queues.release(queue, ofQueue.map(jobOf));
      }
      for (const { operation } of claims) {
        events.announce({ kind: "work", method: operation.method });
      }
    },

    async sweep(error) {
      await queues.supervise();
      await queues.refresh();
      await recordDead(error);
      for (let expired = batch; expired === batch; ) {
        const { rows } = await database.query(
          `DELETE FROM ${table} WHERE id IN (
             SELECT id FROM ${table} WHERE done AND expire_time < now() LIMIT ${batch} FOR UPDATE SKIP LOCKED)
           RETURNING 1`,
        );
        expired = rows.length;
      }
    },
  };
}

// What rolls a settlement back without being an error.
const refused = Symbol("the claim is lost");

function jobOf({ operation, lease }: Claim): Job {
  return { id: operation.id, retryCount: lease };
}
