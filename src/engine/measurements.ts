import type { MethodMeasurement, OperationStore } from "../server/operation-store.ts";
import type { StoreParts } from "./store.ts";

/**
 * Time, in seconds, for which a process keeps its turn after it measured. Longer than usual intervals of measurements.
 */
const turnSeconds = 120;

/** The part of a store that measures it. */
export function measurements({ database, schema }: StoreParts): Pick<OperationStore, "measure"> {
  /** Returns whether it is the turn of this process: it had the last turn, or that of another process expired. */
  async function takeTurn(process: string): Promise<boolean> {
    const { rows } = await database.query(
      `INSERT INTO ${schema}.operations_settings AS old (name, value)
       VALUES ('measuring', json_build_array($1::text, extract(epoch FROM now())))
       ON CONFLICT (name) DO UPDATE SET value = excluded.value
       WHERE old.value::json ->> 0 = $1 OR (old.value::json ->> 1)::float8 < extract(epoch FROM now()) - $2::float8
       RETURNING 1`,
      [process, turnSeconds],
    );
    return rows.length === 1;
  }

  return {
    async measure(process) {
      if (!(await takeTurn(process))) {
        return undefined;
      }
      const { rows } = await database.query(
        `SELECT regexp_replace(name, '/[^/]*$', '') AS method, sum(queued)::int AS queued, sum(running)::int AS running,
           COALESCE(extract(epoch FROM now() - min(oldest)), 0)::float8 AS "oldestSeconds"
         FROM (
           SELECT name, count(*) FILTER (WHERE state < 'active') AS queued, count(*) FILTER (WHERE state = 'active') AS running,
             min(created_on) FILTER (WHERE state < 'active') AS oldest
           FROM ${schema}.job WHERE state <= 'active' GROUP BY name
         ) AS queues
         WHERE name LIKE '%/%' GROUP BY method`,
      );
      return rows as unknown as MethodMeasurement[];
    },
  };
}
