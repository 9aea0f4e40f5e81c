import type { EngineOptions } from "../server/operation-store.ts";
import type { Database } from "./database.ts";
import { activeJobsIndex } from "./pg-boss-tables.ts";

/**
 * The migrations of the engine's own tables, oldest first. Never change a released migration; append a new one.
 */
const versions: readonly ((schema: string) => string)[] = [
  (schema) => `
    CREATE TABLE ${schema}.operations (
      id uuid PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      collection text COLLATE "C" NOT NULL,
      method text COLLATE "C" NOT NULL,
      principal text COLLATE "C" NOT NULL,
      queue text COLLATE "C" NOT NULL,
      key text COLLATE "C",
      request bytea NOT NULL,
      request_id text COLLATE "C",
      request_hash bytea,
      trace text,
      attempt integer NOT NULL DEFAULT 0,
      cancel_requested boolean NOT NULL DEFAULT false,
      deleted boolean NOT NULL DEFAULT false,
      done boolean NOT NULL DEFAULT false,
      metadata bytea,
      response bytea,
      error bytea,
      create_time timestamptz NOT NULL DEFAULT now(),
      update_time timestamptz NOT NULL DEFAULT now(),
      expire_after interval NOT NULL,
      expire_time timestamptz,
      CHECK (done = (expire_time IS NOT NULL)),
      CHECK (done = (num_nonnulls(response, error) = 1))
    );
    CREATE INDEX operations_list ON ${schema}.operations (collection, create_time, id) WHERE NOT deleted;
    CREATE INDEX operations_list_own ON ${schema}.operations (principal, collection, create_time, id)
      WHERE NOT deleted AND principal <> '';
    CREATE UNIQUE INDEX operations_request ON ${schema}.operations (method, principal, request_id)
      WHERE request_id IS NOT NULL;
    CREATE INDEX operations_key ON ${schema}.operations (queue, key) WHERE NOT done AND key IS NOT NULL;
    CREATE INDEX operations_expire ON ${schema}.operations (expire_time) WHERE done;
    -- Free space on each page lets updates of metadata stay on the page, without index updates (HOT).
    ALTER TABLE ${schema}.operations SET (fillfactor = 80);
    INSERT INTO ${schema}.operations_settings (name, value)
      VALUES ('secret', gen_random_uuid()::text || gen_random_uuid()::text);`,
  activeJobsIndex,
];

/** The version of the tables after all migrations. */
export const latestVersion: number = versions.length;

const createSettings = (schema: string): string => `
    CREATE TABLE IF NOT EXISTS ${schema}.operations_settings (name text PRIMARY KEY, value text NOT NULL);
    INSERT INTO ${schema}.operations_settings VALUES ('version', '0') ON CONFLICT DO NOTHING;`;

/** Returns the SQL that migrates the engine's own tables from a version, in one transaction. Empty if there is none. */
export function migrationsFrom(found: number, schema: string): string {
  return found === latestVersion
    ? ""
    : `BEGIN;${createSettings(schema)}${versions
        .slice(found)
        .map((version) => version(schema))
        .join("")}
    UPDATE ${schema}.operations_settings SET value = '${latestVersion}' WHERE name = 'version';
COMMIT;
`;
}

/**
 * Migrates the engine's own tables to the latest version. No other process may do this concurrently.
 */
export async function migrate(database: Database, schema: string, log: EngineOptions["log"]): Promise<void> {
  await database.query(createSettings(schema));
  const found = Number(await readSetting(database, schema, "version"));
  for (const [index, version] of versions.entries()) {
    if (index >= found) {
      await database.transaction(async (tx) => {
        await tx.query(version(schema));
        await tx.query(`UPDATE ${schema}.operations_settings SET value = $1 WHERE name = 'version'`, [`${index + 1}`]);
      });
    }
  }
  if (found < versions.length) {
    const changed = found === 0 ? "created" : `migrated from version ${found}`;
    log({ level: "info", message: `${changed} the tables of schema "${schema}", version ${versions.length}` });
  }
}

export async function readSetting(database: Database, schema: string, name: string): Promise<string> {
  const { rows } = await database.query(`SELECT value FROM ${schema}.operations_settings WHERE name = $1`, [name]);
  return String(rows[0]?.value);
}
