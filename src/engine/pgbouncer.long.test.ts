/*
 * PgBouncer in transaction mode: consecutive statements can use different connections.
 */
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { gate, openPress, type Press, type PressServer } from "../../test/lro-servers.ts";
import { never } from "../../test/operation-stores.ts";
import { isPgBouncerMissing, type PgBouncer, startPgBouncer } from "../../test/pgbouncer.ts";
import { type PostgresServer, startPostgres } from "../../test/postgres-server.ts";
import { postgres } from "./postgres.ts";

const emma = { press: "presses/1", title: "Emma" };

describe.skipIf(isPgBouncerMissing)("through PgBouncer", () => {
  let server: PostgresServer;
  let bouncer: PgBouncer;
  let direct: pg.Client;
  let schema = "";
  let schemas = 0;
  beforeAll(async () => {
    server = await startPostgres(["-c", "fsync=off", "-c", "shared_preload_libraries=pg_stat_statements"]);
    bouncer = await startPgBouncer(server.connectionString, 5);
    direct = new pg.Client(server.connectionString);
    await direct.connect();
    await direct.query("CREATE EXTENSION pg_stat_statements");
  });
  afterAll(async () => {
    await direct?.end();
    await bouncer?.stop();
    await server?.stop();
  });
  beforeEach(() => {
    schema = `bounced${++schemas}`;
  });

  const ways = [["a separate connection"], ["no connection"]] as const;
  type Way = (typeof ways)[number][0];

  async function open(way: Way, press: Press = {}): Promise<PressServer> {
    const listen = way === "no connection" ? false : { connectionString: server.connectionString };
    const opened = await openPress(postgres({ connectionString: bouncer.connectionString, schema, listen }), press);
    onTestFinished(() => opened.lro.close());
    return opened;
  }

  test.each(ways)(
    "five servers that start concurrently, with %s to listen, find one schema and share the work",
    async (way) => {
      const servers = await Promise.all(Array.from({ length: 5 }, () => open(way)));
      const operations = await Promise.all(
        Array.from({ length: 100 }, (_, index) => servers[index % 5]?.press.printBook({ ...emma, title: `${index}` })),
      );
      const titles = await Promise.all(operations.map(async (operation) => (await operation?.wait())?.title));
      expect(titles).toEqual(operations.map((_, index) => `${index}`));
      const locks = await direct.query("SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'");
      expect(locks.rows).toEqual([{ n: 0 }]);
    },
  );

  test.each(ways)(
    "a cancel reaches the handler of another server, and its outcome the waiting client, with %s to listen",
    async (way) => {
      const began = gate();
      const run = async (_: object, { signal }: { signal: AbortSignal }): Promise<object> => {
        began.open();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        return {};
      };
      // A process that listens receives every change, so it does not need to poll.
      const periods = way === "no connection" ? {} : { waitMs: never, renewMs: never, sweepMs: never };
      await open(way, { printBook: run, periods });
      const { press, operations } = await open(way, { work: false, periods });
      const { name } = await press.printBook(emma);
      await began.passed;
      const waiting = operations.waitOperation({ name });
      await operations.cancelOperation({ name });
      expect(await waiting).toMatchObject({ done: true, result: { case: "error" } });
    },
  );

  test.each(ways)("a commit is atomic, and limited in time, with %s to listen", async (way) => {
    await direct.query(`CREATE TABLE books_${schema} (title text)`);
    const { press } = await open(way, {
      commitTimeoutMs: 500,
      printBook: ({ title }, { commit }) =>
        commit(async (tx) => {
          await tx.query(`INSERT INTO books_${schema} VALUES ($1)`, [title]);
          await tx.query("SELECT pg_sleep($1)", [title === "Emma" ? 0 : 60]);
          return { title };
        }),
    });
    expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
    await expect((await press.printBook({ ...emma, title: "Sanditon" })).wait()).rejects.toThrow(/500 ms/);
    expect((await direct.query(`SELECT title FROM books_${schema}`)).rows).toEqual([{ title: "Emma" }]);
  });

  test.each(ways)("latency and idle statements, with %s to listen, are printed", async (way) => {
    const { press } = await open(way);
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const from = performance.now();
      await (await press.printBook(emma)).wait();
      times.push(performance.now() - from);
    }
    await direct.query("SELECT pg_stat_statements_reset()");
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const { rows } = await direct.query("SELECT sum(calls)::float / 5 AS calls FROM pg_stat_statements");
    const median = times.sort((a, b) => a - b)[10];
    console.log(
      `${way}: start to result ${median?.toFixed(1)} ms at the median, ${rows[0].calls} statements/s when idle`,
    );
    expect(times).toHaveLength(20);
  });
});
