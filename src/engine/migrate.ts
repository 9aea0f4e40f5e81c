import { Pool } from "pg";
import type { Database } from "./database.ts";
import { migrationsFrom } from "./migrations.ts";
import { bossVersion, getConstructionPlans, getMigrationPlans } from "./pg-boss.ts";
import { pgDatabase } from "./pg-database.ts";
import { checkSchemaName, readVersions } from "./schema-check.ts";

/** Options of `migrate`. */
export interface MigrateOptions {
  /** The connection string of a role that owns the schema or may create it. */
  readonly connectionString: string;
  /** The schema of the tables, which is created if it does not exist. Default `lro`. */
  readonly schema?: string | undefined;
  /** The role to which to grant the privileges that a server with `migrate: false` needs: to read and write rows. */
  readonly grantTo?: string | undefined;
  /** Whether to return the SQL without running it. Default false. */
  readonly dryRun?: boolean | undefined;
}

/** A migration neither listens nor runs handlers. */
const migrating = {
  listening: undefined,
  heartbeatMs: 60_000,
  renewTimeoutMs: 10_000,
  maxCommits: 0,
  commitTimeoutMs: 0,
};

/**
 * Creates or migrates the tables of a schema, for servers whose role must not do so. Safe to run from several processes
 * concurrently. Returns the SQL, for example to review it or to run it with psql. The SQL is empty if the tables are up
 * to date.
 *
 * @throws Error if the name of the schema is invalid or a newer version of this package created the tables.
 */
export async function migrate(options: MigrateOptions): Promise<string> {
  const { connectionString, schema = "lro", grantTo, dryRun = false } = options;
  const pool = new Pool({ connectionString, max: 3 });
  pool.on("error", () => {});
  const database = pgDatabase(pool, { ...migrating, close: () => pool.end() });
  try {
    await checkSchemaName(database, schema);
    return await database.exclusively(`protoc-gen-ts-lro/${schema}`, async () => {
      const sql = await migrationSql(database, schema, grantTo);
      if (!dryRun && sql !== "") {
        await database.query(sql);
      }
      return sql;
    });
  } finally {
    await database.close();
  }
}

async function migrationSql(database: Database, schema: string, grantTo: string | undefined): Promise<string> {
  const { boss, own } = await readVersions(database, schema);
  const parts = [
    boss === 0 && getConstructionPlans(schema),
    boss > 0 && boss < bossVersion && getMigrationPlans(schema, boss),
    migrationsFrom(own, schema),
    grantTo !== undefined && grants(schema, grantTo),
  ];
  return parts.filter((part) => part !== false && part !== "").join("\n");
}

function grants(schema: string, role: string): string {
  const grantee = `"${role.replaceAll('"', '""')}"`;
  return `GRANT USAGE ON SCHEMA ${schema} TO ${grantee};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${grantee};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO ${grantee};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${grantee};
`;
}
