import { createHash } from "node:crypto";
import type { EngineOptions, NewOperation, OperationStore, StartOutcome } from "../server/engine.ts";
import { announcements } from "./announcements.ts";
import type { Database } from "./database.ts";
import { listStatement } from "./list-query.ts";
import { migrate, readSetting } from "./migrations.ts";
import { requireNode } from "./node-version.ts";
import { openQueues } from "./queues.ts";
import { listedOf, operationColumns, operationOf, resultColumns } from "./rows.ts";
import { workStore } from "./work-store.ts";

/** What both engines are opened with. */
export interface StoreOptions extends EngineOptions {
  readonly schema: string;
  /** Whether no other process can have work of this store. */
  readonly alone: boolean;
}

const uniqueViolation = "23505";

/** Opens the operations of a database. It does not close the database when it fails. */
export async function openStore(database: Database, options: StoreOptions): Promise<OperationStore> {
  requireNode();
  const { schema, alone, log } = options;
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
    throw new Error(`"${schema}" cannot be the name of a schema: use lower-case letters, digits and underscores`);
  }
  const queues = await database.exclusively(`protoc-gen-ts-lro/${schema}`, async () => {
    const queues = await openQueues(database, schema, options);
    await migrate(database, schema);
    return queues;
  });
  const secret = Buffer.from(await readSetting(database, schema, "secret"));
  const table = `${schema}.operations`;
  const events = announcements(database, `lro_${schema}`, (error) =>
    log({ level: "warn", message: "could not announce changes", error }),
  );
  if (alone) {
    await queues.abandonAll();
  }

  /** Inserts the row. False if another operation has the request id. */
  async function insert(operation: NewOperation, queue: string): Promise<boolean> {
    const { id, name, method, principal, key, request, requestId, trace, expireAfterSeconds, result } = operation;
    const { rows } = await database.query(
      `INSERT INTO ${table} (id, name, collection, method, principal, queue, key, request, request_id, request_hash,
         trace, expire_after, done, response, error, expire_time)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
         $11, make_interval(secs => $12), $13, $14, $15, CASE WHEN $13 THEN now() + make_interval(secs => $12) END)
       ON CONFLICT (method, principal, request_id) WHERE request_id IS NOT NULL DO NOTHING RETURNING id`,
      [
        ...[id, name, name.slice(0, name.lastIndexOf("/")), method, principal, queue, key ?? null, request],
        ...[requestId ?? null, requestId === undefined ? null : hash(request), trace ?? null, expireAfterSeconds],
        ...[result !== undefined, ...resultColumns(result)],
      ],
    );
    return rows.length === 1;
  }

  async function findRequest({ method, principal, requestId, request }: NewOperation): Promise<StartOutcome> {
    const { rows } = await database.query(
      `SELECT ${operationColumns}, request_hash FROM ${table}
       WHERE method = $1 AND principal = $2 AND request_id = $3`,
      [method, principal, requestId],
    );
    const [row] = rows;
    const same = row !== undefined && hash(request).equals(row.request_hash as Uint8Array);
    return same ? { operation: operationOf(row) } : { refused: "mismatch" };
  }

  /** Ends the earlier operations with the key. Returns the ids of those that no worker has begun. */
  async function preempt({ key, preempted }: NewOperation, queue: string): Promise<{ name: string; idle?: string }[]> {
    // Two that preempt at the same time would not see each other's row.
    await database.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${queue}/${key}`]);
    const { rows } = await database.query(
      `UPDATE ${table} SET done = true, error = $3, update_time = now(), expire_time = now() + expire_after
       WHERE queue = $1 AND key = $2 AND NOT done RETURNING id, name, attempt`,
      [queue, key, preempted],
    );
    return rows.map(({ id, name, attempt }) => ({
      name: name as string,
      ...(attempt === 0 && { idle: id as string }),
    }));
  }

  return {
    secret,
    ...workStore({ database, queues, events, table }),

    async start(operation) {
      const { id, name, method, principal, key, parallel, maxAttempts, result } = operation;
      const queue = await queues.ensure(method, parallel);
      let ended: { name: string; idle?: string }[] = [];
      try {
        await database.transaction(async () => {
          if (parallel === "preempt" && key !== undefined && result === undefined) {
            ended = await preempt(operation, queue);
          }
          if (!(await insert(operation, queue))) {
            throw taken;
          }
          if (result === undefined && !(await queues.send(queue, id, key, maxAttempts))) {
            throw busy;
          }
        });
      } catch (error) {
        if (error === taken) {
          return findRequest(operation);
        }
        if (error === busy) {
          return { refused: "busy" };
        }
        if ((error as { code?: unknown }).code === uniqueViolation) {
          return { refused: "name-taken" };
        }
        throw error;
      }
      for (const { name, idle } of ended) {
        events.announce({ kind: "changed", name });
        if (idle !== undefined) {
          await queues.drop(queue, idle);
        }
      }
      if (result === undefined) {
        events.announce({ kind: "work", method });
      }
      const done = result !== undefined;
      return { operation: { id, name, method, principal, metadata: undefined, done, result, deleted: false } };
    },

    async read(names) {
      const { rows } = await database.query(`SELECT ${operationColumns} FROM ${table} WHERE name = ANY($1::text[])`, [
        names,
      ]);
      return rows.map(operationOf);
    },

    async list(query) {
      const { text, values } = listStatement(table, operationColumns, query);
      const { rows } = await database.query(text, values);
      return rows.map(listedOf);
    },

    async cancel(id, error) {
      const { rows } = await database.query(
        `UPDATE ${table} SET cancel_requested = true, update_time = now(), done = attempt = 0,
           error = CASE WHEN attempt = 0 THEN $2::bytea END,
           expire_time = CASE WHEN attempt = 0 THEN now() + expire_after END
         WHERE id = $1 AND NOT done RETURNING name, queue, done`,
        [id, error],
      );
      for (const { name, queue, done } of rows) {
        events.announce({ kind: "changed", name: name as string });
        if (done) {
          await queues.drop(queue as string, id);
          events.announce({ kind: "work", method: (queue as string).replace(/\/\w+$/, "") });
        }
      }
    },

    async remove(id) {
      await database.query(`UPDATE ${table} SET deleted = true, request_id = NULL WHERE id = $1`, [id]);
    },

    listen: events.listen,

    async ping() {
      await database.query("SELECT 1");
    },

    async close() {
      await queues.close();
      await database.close();
    },
  };
}

// What rolls a start back without being an error.
const taken = Symbol("the request id is taken");
const busy = Symbol("the key is busy");

function hash(request: Uint8Array): Buffer {
  return createHash("sha256").update(request).digest();
}
