/*
 * Slow or numerous commits: they do not harm other operations.
 */
import { Code } from "@connectrpc/connect";
import { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";
import {
  describeEngines,
  describePostgres,
  gate,
  openPress,
  type Press,
  type PressServer,
} from "../../../test/lro-servers.ts";
import { postgres } from "../../engine/postgres.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  test("a commit that takes too long is rolled back, and its operation fails with an error that names the fix", async () => {
    const over = gate();
    onTestFinished(() => over.open());
    const { press } = await engine.open({
      commitTimeoutMs: 100,
      printBook: ({ title }, { commit }) =>
        commit(async (tx) => {
          await tx.query("CREATE TABLE slow_commits ()");
          await over.passed;
          return { title };
        }),
    });
    const operation = await press.printBook(emma);
    await expect(operation.wait()).rejects.toMatchObject({
      code: Code.DeadlineExceeded,
      message: expect.stringMatching(
        /the commit of operations\/\S+ took longer than 100 ms and was rolled back: .* or increase commitTimeoutMs/,
      ),
    });
    expect(await engine.sql("SELECT to_regclass('slow_commits') AS found")).toEqual([{ found: null }]);
  });

  test("a commit within a configured limit succeeds", async () => {
    const { press } = await engine.open({
      commitTimeoutMs: 60_000,
      printBook: ({ title }, { commit }) => commit(() => ({ title })),
    });
    expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
  });
});

describePostgres((engine) => {
  /** Opens a server with so few connections. */
  async function openSmall(max: number, press: Press): Promise<PressServer> {
    const server = await openPress(postgres({ ...engine.address(), max }), press);
    onTestFinished(() => server.lro.close());
    return server;
  }

  test("a statement that still runs when its commit times out is cancelled", async () => {
    const { press } = await openSmall(4, {
      commitTimeoutMs: 100,
      printBook: ({ title }, { commit }) =>
        commit(async (tx) => {
          await tx.query("SELECT pg_sleep(600)");
          return { title };
        }),
    });
    await expect((await press.printBook(emma)).wait()).rejects.toMatchObject({ code: Code.DeadlineExceeded });
  });

  test("leases are renewed while the maximum number of commits runs and others wait", async () => {
    const end = gate();
    const { press } = await openSmall(4, {
      periods: { renewMs: 100 },
      printBook: ({ title }, { commit }) =>
        commit(async () => {
          await end.passed;
          return { title };
        }),
    });
    const operations = await Promise.all(Array.from({ length: 20 }, () => press.printBook(emma)));
    const claimed = "SELECT count(*)::int AS n FROM job WHERE state = 'active'";
    await expect.poll(() => engine.sql(claimed)).toEqual([{ n: 20 }]);
    await engine.sql("UPDATE job SET heartbeat_on = heartbeat_on - interval '1 hour'");
    await expect
      .poll(() => engine.sql(`${claimed} AND heartbeat_on > now() - interval '1 minute'`))
      .toEqual([{ n: 20 }]);
    end.open();
    await Promise.all(operations.map((operation) => operation.wait()));
    expect(await engine.sql("SELECT max(attempt) AS attempts FROM operations")).toEqual([{ attempts: 1 }]);
  });

  test("the renewal of an operation does not wait for its commit", async () => {
    const [committing, end] = [gate(), gate()];
    const { press } = await engine.open({
      periods: { renewMs: 100 },
      printBook: ({ title }, { commit }) =>
        commit(async () => {
          committing.open();
          await end.passed;
          return { title };
        }),
    });
    const operation = await press.printBook(emma);
    await committing.passed;
    await engine.sql("UPDATE job SET heartbeat_on = heartbeat_on - interval '1 hour'");
    const renewed = "SELECT count(*)::int AS n FROM job WHERE heartbeat_on > now() - interval '1 minute'";
    await expect.poll(() => engine.sql(renewed)).toEqual([{ n: 1 }]);
    end.open();
    expect(await operation.wait()).toMatchObject({ title: "Emma" });
  });

  test.each([4, 10])("twenty commits that each start an operation all complete with %d connections", async (max) => {
    const { press, operations } = await openSmall(max, {
      printBook: ({ title }, { commit }) =>
        commit(async () => {
          await press.movePress({ press: "presses/1", destination: title });
          return { title };
        }),
    });
    const started = await Promise.all(Array.from({ length: 20 }, () => press.printBook(emma)));
    await Promise.all(started.map((operation) => operation.wait()));
    await expect
      .poll(async () => (await operations.listOperations({ pageSize: 100, filter: "done = true" })).operations)
      .toHaveLength(40);
  });

  test("a pool that is too small is rejected with the required number of connections", async () => {
    const pool = new Pool({ ...engine.address(), max: 3 });
    onTestFinished(() => pool.end());
    const small = /^the pool has at most 3 connections, but the server needs at least 4: .*Set max of /;
    await expect(openPress(postgres({ pool }), {})).rejects.toThrow(small);
    await expect(openPress(postgres({ ...engine.address(), max: 3 }), {})).rejects.toThrow(small);
  });
});
