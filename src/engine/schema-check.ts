import type { Database } from "./database.ts";
import { latestVersion } from "./migrations.ts";
import { bossVersion } from "./pg-boss.ts";

/**
 * Checks the name of a schema, which is part of statements without quotes.
 *
 * @throws Error if it is invalid, reserved, or belongs to PostgreSQL.
 */
export async function checkSchemaName(database: Database, schema: string): Promise<void> {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
    throw new Error(`schema "${schema}" is invalid: use at most 41 lowercase letters, digits and underscores`);
  }
  if (schema === "information_schema" || schema.startsWith("pg_")) {
    throw new Error(`schema "${schema}" belongs to PostgreSQL: use another name`);
  }
  const { rows } = await database.query("SELECT 1 FROM pg_get_keywords() WHERE word = $1 AND catcode IN ('R', 'T')", [
    schema,
  ]);
  if (rows.length > 0) {
    throw new Error(`schema "${schema}" is a reserved word of SQL: use another name`);
  }
}

/** The versions of the tables of a schema. 0 if there are none. */
export interface SchemaVersions {
  readonly boss: number;
  readonly own: number;
}

/** @throws Error if a newer version of this package, or of pg-boss, created or migrated the tables. */
export async function readVersions(database: Database, schema: string): Promise<SchemaVersions> {
  const { rows } = await database.query(
    "SELECT to_regclass($1 || '.version') IS NOT NULL AS boss, to_regclass($1 || '.operations_settings') IS NOT NULL AS own",
    [schema],
  );
  const read = async (exists: unknown, text: string): Promise<number> =>
    exists ? Number((await database.query(text)).rows[0]?.version ?? 0) : 0;
  const boss = await read(rows[0]?.boss, `SELECT version FROM ${schema}.version`);
  const own = await read(
    rows[0]?.own,
    `SELECT value AS version FROM ${schema}.operations_settings WHERE name = 'version'`,
  );
  if (boss > bossVersion) {
    throw new Error(
      `schema "${schema}" has version ${boss} of pg-boss's tables, but this version of protoc-gen-ts-lro supports at most ` +
        `version ${bossVersion}: upgrade the package, or use a schema of its own`,
    );
  }
  if (own > latestVersion) {
    throw new Error(
      `schema "${schema}" has version ${own}, but this version of protoc-gen-ts-lro supports at most version ` +
        `${latestVersion}: upgrade the package`,
    );
  }
  return { boss, own };
}

/**
 * Checks the tables of a schema for a server that must not change them.
 *
 * @throws Error if the tables do not exist or are outdated, or the role lacks privileges.
 */
export async function checkTables(database: Database, schema: string): Promise<void> {
  await checkPrivileges(database, schema);
  const { boss, own } = await readVersions(database, schema);
  if (own === 0) {
    throw new Error(`schema "${schema}" has no tables: create them with migrate(), as a role that owns the schema`);
  }
  if (own < latestVersion || boss < bossVersion) {
    const needed = `version ${own}.${boss}, but version ${latestVersion}.${bossVersion} is needed`;
    throw new Error(`the tables of schema "${schema}" have ${needed}: migrate them with migrate(), as their owner`);
  }
}

async function checkPrivileges(database: Database, schema: string): Promise<void> {
  const { rows: schemas } = await database.query(
    "SELECT current_user AS role, has_schema_privilege(oid, 'USAGE') AS usable FROM pg_namespace WHERE nspname = $1",
    [schema],
  );
  const { rows: missing } = await database.query(
    `SELECT current_user AS role, format('%s ON %s', string_agg(privilege, ', '), oid::regclass) AS privilege
     FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
     WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND relkind IN ('r', 'p')
       AND NOT has_table_privilege(oid, privilege)
     GROUP BY oid ORDER BY oid::regclass::text LIMIT 3`,
    [schema],
  );
  const lacking = [
    ...schemas.filter(({ usable }) => !usable).map(({ role }) => ({ role, privilege: `USAGE ON SCHEMA ${schema}` })),
    ...missing,
  ];
  if (lacking.length > 0) {
    throw new Error(
      `role "${lacking[0]?.role}" lacks privileges (${lacking.map(({ privilege }) => privilege).join("; ")}): run ` +
        "migrate() with this role as grantTo, as the owner of the schema",
    );
  }
}
