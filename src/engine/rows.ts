import type { Claim, ListedOperation, Result, StoredOperation } from "../server/operation-store.ts";
import type { Row } from "./database.ts";
import type { FetchedJob } from "./pg-boss-tables.ts";

/** The columns that `operationOf` reads. */
export const operationColumns =
  "id, name, method, principal, metadata, done, response, error, deleted, attempt, cancel_requested";

export function operationOf(row: Row): StoredOperation {
  const { id, name, method, principal, metadata, done, response, error, deleted } = row;
  const result = (response && { response }) || (error && { error }) || undefined;
  return {
    id: id as string,
    name: name as string,
    method: method as string,
    principal: principal as string,
    metadata: (metadata as Uint8Array | null) ?? undefined,
    done: done as boolean,
    deleted: deleted as boolean,
    result: result as Result | undefined,
  };
}

export function listedOf(row: Row): ListedOperation {
  return { ...operationOf(row), position: row.position as string };
}

/** The columns that `claimOf` reads. */
export const claimColumns: string = `${operationColumns}, request, trace,
  extract(epoch FROM now() - create_time)::float8 AS age`;

export function claimOf(row: Row, queue: string, { retryCount, output }: FetchedJob): Claim {
  return {
    operation: operationOf(row),
    request: row.request as Uint8Array,
    attempt: row.attempt as number,
    cancelRequested: row.cancel_requested as boolean,
    trace: (row.trace as string | null) ?? undefined,
    takenOver: output !== null,
    ageSeconds: row.age as number,
    queue,
    lease: retryCount,
  };
}

/** Returns the values of the columns `response` and `error`. */
export function resultColumns(result: Result | undefined): [Uint8Array | null, Uint8Array | null] {
  return [result && "response" in result ? result.response : null, result && "error" in result ? result.error : null];
}
