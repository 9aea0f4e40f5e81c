/*
 * The only module that imports pg-boss. In the published package, it contains pg-boss itself, so that a program can use
 * any other version of pg-boss. See scripts/pg-boss.ts.
 */
export { type Db, PgBoss } from "pg-boss";
