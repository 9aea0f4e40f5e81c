/*
 * Servers whose role must not create tables, and invalid schemas.
 */
import { Client } from "pg";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { describePGlite, describePostgres, openPress, type PressServer } from "../../test/lro-servers.ts";
import { freePort, startPostgres } from "../../test/postgres-server.ts";
import type { LroLogEntry } from "../server/index.ts";
import { migrate, type PostgresOptions, postgres } from "./postgres.ts";

const emma = { press: "presses/1", title: "Emma" };

describePostgres((engine) => {
  let role = "";
  beforeEach(async () => {
    role = `app_${engine.address().schema}`;
    await engine.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'app'`);
  });

  /** Opens a server as the role of the application. */
  async function open(options: Partial<PostgresOptions> = {}): Promise<PressServer> {
    const url = new URL(engine.address().connectionString);
    Object.assign(url, { username: role, password: "app" });
    const { schema } = engine.address();
    const server = await openPress(
      postgres({ connectionString: url.href, schema, migrate: false, ...options } as PostgresOptions),
      { printBook: { run: ({ title }) => ({ title }), exclusive: { key: ({ press }) => press, onBusy: "queue" } } },
    );
    onTestFinished(() => server.lro.close());
    return server;
  }

  test("a server with migrate: false needs only privileges on rows after migrate()", async () => {
    const sql = await migrate({ ...engine.address(), grantTo: role });
    expect(sql).toContain("CREATE SCHEMA");
    const { press, lro } = await open();
    expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
    expect(await (await press.movePress({ destination: "Bath" })).wait()).toMatchObject({ location: "Bath" });
    expect(await lro.health()).toMatchObject({ ready: true });
    expect(
      await engine.sql("SELECT has_schema_privilege($1, $2, 'CREATE') AS creates", [role, engine.address().schema]),
    ).toEqual([{ creates: false }]);
  });

  test("the SQL that a dry run returns does the same, run by another client", async () => {
    const options = { ...engine.address(), grantTo: role };
    const sql = await migrate({ ...options, dryRun: true });
    await expect(open()).rejects.toThrow("has no tables: create them with migrate()");
    const owner = new Client(engine.address());
    await owner.connect();
    await owner.query(sql);
    await owner.end();
    const { press } = await open();
    expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
    expect(await migrate(engine.address())).toBe("");
  });

  test("a server that migrates with a role that may not fails with the fix", async () => {
    await expect(open({ migrate: true })).rejects.toThrow(
      `the role may not create or migrate the tables of schema "${engine.address().schema}": run migrate() as a role that ` +
        "may, then set migrate to false",
    );
  });

  test("missing privileges are named", async () => {
    await migrate(engine.address());
    const { schema } = engine.address();
    await expect(open()).rejects.toThrow(`role "${role}" lacks privileges (USAGE ON SCHEMA ${schema}`);
    await migrate({ ...engine.address(), grantTo: role });
    await engine.sql(`REVOKE INSERT, DELETE ON operations FROM ${role}`);
    await expect(open()).rejects.toThrow(
      `role "${role}" lacks privileges (INSERT, DELETE ON ${schema}.operations): run migrate() with this role as grantTo`,
    );
  });

  test("outdated tables are named, and migrate() updates them", async () => {
    await migrate({ ...engine.address(), grantTo: role });
    const [{ version } = {}] = await engine.sql(
      "SELECT value::int AS version FROM operations_settings WHERE name = 'version'",
    );
    await engine.sql("UPDATE operations_settings SET value = '0' WHERE name = 'version'");
    await expect(open()).rejects.toThrow("has no tables");
    await engine.sql(`UPDATE operations_settings SET value = '${version}' WHERE name = 'version'`);
    await engine.sql(`UPDATE ${engine.address().schema}.version SET version = version - 1`);
    await expect(open()).rejects.toThrow(
      /^the tables of schema "\w+" have version \d+\.\d+, but version \d+\.\d+ is needed/,
    );
  });

  test("a server that may migrate rejects tables of a newer pg-boss, too", async () => {
    await migrate(engine.address());
    await engine.sql(`UPDATE ${engine.address().schema}.version SET version = 999`);
    await expect(engine.open()).rejects.toThrow(
      /has version 999 of pg-boss's tables, but this version of protoc-gen-ts-lro supports at most version \d+/,
    );
  });
});

describePGlite(() => {
  test.each([
    ["user", "is a reserved word of SQL"],
    ["select", "is a reserved word of SQL"],
    ["left", "is a reserved word of SQL"],
    ["information_schema", "belongs to PostgreSQL"],
    ["pg_temp", "belongs to PostgreSQL"],
    ["No Schema", "is invalid"],
  ])("the schema name %s is rejected with the reason", async (schema, reason) => {
    const { pglite } = await import("./pglite.ts");
    const { emptyPGlite } = await import("../../test/empty-pglite.ts");
    const db = await emptyPGlite();
    onTestFinished(() => db.close());
    await expect(openPress(pglite({ db, schema }), {})).rejects.toThrow(`schema "${schema}" ${reason}`);
  });
});

describe("a database that is unavailable", () => {
  test("fails the start of a server by default", async () => {
    const connectionString = `postgres://localhost:${await freePort()}/none`;
    await expect(openPress(postgres({ connectionString }), {})).rejects.toThrow("the database is unavailable");
  });

  test("is awaited and logged once if startupTimeoutMs is set", async () => {
    const database = await startPostgres();
    onTestFinished(() => database.stop());
    await database.crash();
    const entries: LroLogEntry[] = [];
    const opening = openPress(postgres({ connectionString: database.connectionString, startupTimeoutMs: 120_000 }), {
      log: (entry) => entries.push(entry),
    });
    await expect
      .poll(() => entries)
      .toMatchObject([{ level: "warn", message: "the database is unavailable: waiting for it for up to 120000 ms" }]);
    await database.restart();
    const { lro, press } = await opening;
    onTestFinished(() => lro.close());
    expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
    expect(entries.filter(({ level }) => level === "warn")).toHaveLength(1);
  });
});
