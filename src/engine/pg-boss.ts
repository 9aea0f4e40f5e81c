/*
 * The only module that imports pg-boss. In the published package, it contains pg-boss itself, so that a program can use
 * any other version of pg-boss. See scripts/pg-boss.ts.
 */
import packageJson from "pg-boss/package.json" with { type: "json" };

export { type Db, getConstructionPlans, getMigrationPlans, PgBoss } from "pg-boss";

/** The version of pg-boss's tables. */
export const bossVersion: number = packageJson.pgboss.schema;
