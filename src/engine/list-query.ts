import type { ListQuery } from "../server/operation-store.ts";

type Filter = NonNullable<ListQuery["filter"]>;

/** A statement and its values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Converts a list query to SQL. Everything from the caller is a parameter, never part of the text. */
export function listStatement(table: string, columns: string, query: ListQuery): Statement {
  const { collection, principal, filter, after, limit } = query;
  const values: unknown[] = [];
  const value = (v: unknown): string => `$${values.push(v)}`;

  function condition(filter: Filter): string {
    switch (filter.kind) {
      case "not":
        return `NOT ${condition(filter.term)}`;
      case "compare":
        return `(${filter.field} ${filter.comparator} ${value(filter.value)})`;
      default:
        return `(${filter.terms.map(condition).join(` ${filter.kind.toUpperCase()} `)})`;
    }
  }

  const conditions = ["NOT deleted", `collection = ${value(collection)}`];
  if (principal !== undefined) {
    conditions.push(`principal = ${value(principal)}`, principal === "" ? "true" : "principal <> ''");
  }
  if (filter !== undefined) {
    conditions.push(condition(filter));
  }
  if (after !== undefined) {
    conditions.push(`(create_time, id) < (${value(after.createTime)}::timestamptz, ${value(after.id)}::uuid)`);
  }
  const text = `
    SELECT ${columns}, to_char(create_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position
    FROM ${table} WHERE ${conditions.join(" AND ")}
    ORDER BY create_time DESC, id DESC LIMIT ${value(limit)}`;
  return { text, values };
}
