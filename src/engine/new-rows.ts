import { createHash } from "node:crypto";
import type { NewOperation, StartOutcome, StoredOperation } from "../server/operation-store.ts";
import type { Connection } from "./database.ts";
import { operationColumns, operationOf, resultColumns } from "./rows.ts";

/** An operation that a later one preempted. */
export interface Preempted {
  readonly name: string;
  /** The operation's id, if no worker ever claimed it. */
  readonly idle?: string;
}

/** Inserts the row. Returns false if another operation has the name or the request ID. */
export async function insertOperation(
  tx: Connection,
  table: string,
  operation: NewOperation,
  queue: string,
): Promise<boolean> {
  const { id, name, method, principal, key, request, requestId, trace, expireAfterSeconds, result } = operation;
  const { rows } = await tx.query(
    `INSERT INTO ${table} (id, name, collection, method, principal, queue, key, request, request_id, request_hash,
       trace, expire_after, done, response, error, expire_time)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
       $11, make_interval(secs => $12), $13, $14, $15, CASE WHEN $13 THEN now() + make_interval(secs => $12) END)
     ON CONFLICT DO NOTHING RETURNING id`,
    [
      ...[id, name, name.slice(0, name.lastIndexOf("/")), method, principal, queue, key ?? null, request],
      ...[requestId ?? null, requestId === undefined ? null : hash(request), trace ?? null, expireAfterSeconds],
      ...[result !== undefined, ...resultColumns(result)],
    ],
  );
  return rows.length === 1;
}

/** Completes the earlier operations with the key. */
export async function preemptOperations(
  tx: Connection,
  table: string,
  operation: NewOperation,
  queue: string,
): Promise<Preempted[]> {
  const { key, principal, preempted } = operation;
  // Without the lock, concurrent transactions that preempt would not see each other's rows.
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${queue}/${key}`]);
  const { rows } = await tx.query(
    `UPDATE ${table} SET done = true, error = CASE WHEN principal = $3 THEN $4::bytea ELSE $5 END, update_time = now(), expire_time = now() + expire_after
     WHERE queue = $1 AND key = $2 AND NOT done RETURNING id, name, attempt`,
    [queue, key, principal, preempted.own, preempted.other],
  );
  return rows.map(({ id, name, attempt }) => ({
    name: name as string,
    ...(attempt === 0 && { idle: id as string }),
  }));
}

/** Returns the operation that has the key. `undefined` if it has been completed. */
export async function findHolder(
  connection: Connection,
  table: string,
  { key }: NewOperation,
  queue: string,
): Promise<StoredOperation | undefined> {
  const { rows } = await connection.query(
    `SELECT ${operationColumns} FROM ${table} WHERE queue = $1 AND key = $2 AND NOT done ORDER BY create_time LIMIT 1`,
    [queue, key],
  );
  return rows[0] && operationOf(rows[0]);
}

/** Returns why an insert was refused. `undefined` if the conflicting row no longer exists. */
export async function findTaken(
  connection: Connection,
  table: string,
  operation: NewOperation,
): Promise<StartOutcome | undefined> {
  const { name, method, principal, requestId, request } = operation;
  const { rows } = await connection.query(
    `SELECT ${operationColumns}, request_hash, request_id IS NOT DISTINCT FROM $3 AS same_request FROM ${table}
     WHERE (method = $1 AND principal = $2 AND request_id = $3) OR name = $4 ORDER BY same_request DESC LIMIT 1`,
    [method, principal, requestId ?? null, name],
  );
  const [row] = rows;
  if (row === undefined) {
    return undefined;
  }
  if (requestId === undefined || !row.same_request) {
    return { refused: "name-taken" };
  }
  const same = hash(request).equals(row.request_hash as Uint8Array);
  return same ? { operation: operationOf(row) } : { refused: "mismatch" };
}

function hash(request: Uint8Array): Buffer {
  return createHash("sha256").update(request).digest();
}
