import type { LroTransaction } from "../server/handler.ts";
import type { Claim, OperationStore, Settlement } from "../server/operation-store.ts";
import type { DatabaseTransaction } from "./database.ts";
import type { Job } from "./queues.ts";
import { claimColumns, claimOf, operationColumns, resultColumns } from "./rows.ts";
import type { StoreParts } from "./store.ts";

type ClaimStore = Pick<OperationStore, "claim" | "renew" | "writeMetadata" | "settle" | "release">;

/**
 * The part of a store that workers use. Each claim is fenced twice: the job's retry count increases when the lease is
 * lost, and the row's attempt increases with every claim.
 */
export function claims(parts: StoreParts): ClaimStore {
  const { database, queues, events, table } = parts;

  return {
    async claim(method, limit) {
      const claims: Claim[] = [];
      for (const queue of queues.of(method)) {
        if (claims.length < limit) {
          claims.push(...(await claimFrom(parts, queue, limit - claims.length)));
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
      const { rows } = await database.renewing.query(
        `SELECT ${operationColumns} FROM ${table} WHERE id = ANY($1::uuid[])`,
        [claims.map(({ operation }) => operation.id)],
      );
      const rowOf = new Map(rows.map((row) => [row.id, row]));
      return claims.map(({ operation: { id }, attempt }) => {
        const row = rowOf.get(id);
        if (row?.attempt !== attempt) {
          return "lost";
        }
        if (row.done) {
          return row.response === null ? "preempted" : "completed";
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

    settle: (claim, work) => settle(parts, claim, work),

    async release(claims) {
      for (const [queue, ofQueue] of Map.groupBy(claims, ({ queue }) => queue)) {
        await queues.release(queue, ofQueue.map(jobOf));
      }
      for (const { queue } of claims) {
        events.announce({ kind: "work", queue });
      }
    },
  };
}

async function claimFrom(
  { database, queues, events, table }: StoreParts,
  queue: string,
  limit: number,
): Promise<Claim[]> {
  const { claims, stale } = await database.transaction(async (tx) => {
    const jobs = await queues.fetch(tx, queue, limit);
    if (jobs.length === 0) {
      return { claims: [], stale: [] };
    }
    const { rows } = await tx.query(
      `UPDATE ${table} SET attempt = attempt + 1 WHERE id = ANY($1::uuid[]) AND NOT done RETURNING ${claimColumns}`,
      [jobs.map(({ id }) => id)],
    );
    const rowOf = new Map(rows.map((row) => [row.id, row]));
    const stale = jobs.filter(({ id }) => !rowOf.has(id));
    if (stale.length > 0) {
      await queues.settle(tx, queue, stale);
    }
    const claims = jobs.flatMap((job) => {
      const row = rowOf.get(job.id);
      return row ? [claimOf(row, queue, job)] : [];
    });
    return { claims, stale };
  });
  if (stale.length > 0) {
    // The stale jobs occupied their keys, so operations that wait for these keys can start now.
    events.announce({ kind: "work", queue });
  }
  return claims;
}

async function settle(
  { database, queues, events, table }: StoreParts,
  claim: Claim,
  work: Settlement | ((tx: LroTransaction) => Promise<Settlement>),
): Promise<boolean> {
  const { operation, queue, attempt } = claim;

  /** Returns false if the claim is lost. Last in its transaction, so that no locks are held while user code runs. */
  async function write(tx: DatabaseTransaction, { result, metadata }: Settlement): Promise<boolean> {
    if ((await queues.settle(tx, queue, [jobOf(claim)])) !== 1) {
      return false;
    }
    const { rows } = await tx.query(
      `UPDATE ${table} SET done = true, response = $3, error = $4, metadata = COALESCE($5, metadata),
         update_time = now(), expire_time = now() + expire_after
       WHERE id = $1 AND NOT done AND attempt = $2 RETURNING 1`,
      [operation.id, attempt, ...resultColumns(result), metadata ?? null],
    );
    return rows.length === 1;
  }

  /** Deletes the job if its operation is done or no longer stored, which frees the key. */
  async function dropIfDone(): Promise<void> {
    const { rows } = await database.query(`SELECT 1 FROM ${table} WHERE id = $1 AND NOT done`, [operation.id]);
    if (rows.length === 0) {
      await queues.settle(database, queue, [jobOf(claim)]);
      events.announce({ kind: "work", queue });
    }
  }

  async function settleIn(tx: DatabaseTransaction): Promise<boolean> {
    const settlement = typeof work === "function" ? await work({ query: tx.query, client: tx.client }) : work;
    const written = await write(tx, settlement);
    if (!written) {
      await tx.rollback();
    }
    return written;
  }

  const written = await (typeof work === "function"
    ? database.handlerTransaction(settleIn)
    : database.transaction(settleIn));
  if (!written) {
    await dropIfDone();
    return false;
  }
  events.announce({ kind: "changed", name: operation.name });
  if (!queue.endsWith("/allow")) {
    events.announce({ kind: "work", queue });
  }
  return true;
}

function jobOf({ operation, lease }: Claim): Job {
  return { id: operation.id, retryCount: lease };
}
