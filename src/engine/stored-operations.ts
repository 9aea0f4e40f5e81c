import type { OperationStore } from "../server/operation-store.ts";
import { listStatement } from "./list-query.ts";
import { listedOf, operationColumns, operationOf } from "./rows.ts";
import type { StoreParts } from "./store.ts";

/** The part of a store that reads, lists, cancels and deletes stored operations. */
export function storedOperations({
  database,
  queues,
  events,
  table,
}: StoreParts): Pick<OperationStore, "read" | "list" | "cancel" | "remove"> {
  return {
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
          events.announce({ kind: "work", queue: queue as string });
        }
      }
    },

    async remove(id) {
      await database.query(`UPDATE ${table} SET deleted = true, request_id = NULL WHERE id = $1`, [id]);
    },
  };
}
