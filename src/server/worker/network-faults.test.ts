/*
 * Networks and databases that fail temporarily.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Code } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { describeEngines, describePostgres, gate, openPress, type PrintBook } from "../../../test/lro-servers.ts";
import { never } from "../../../test/operation-stores.ts";
import { startPostgres } from "../../../test/postgres-server.ts";
import { tcpProxy } from "../../../test/tcp-proxy.ts";
import { createPressServiceClient } from "../../../testdata/gen/acme/press/v1/press_lro.ts";
import { postgres } from "../../engine/postgres.ts";
import { createEngine, openEngine } from "../engine.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  test("commit, reply lost: a retry with the same request_id returns the first operation", async () => {
    const { lro, operations } = await engine.open();
    const server = createServer(connectNodeAdapter({ routes: lro.routes }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = await tcpProxy((server.address() as AddressInfo).port);
    try {
      const baseUrl = `http://127.0.0.1:${proxy.port}`;
      const press = createPressServiceClient(createConnectTransport({ baseUrl, httpVersion: "1.1" }), {
        retryStart: false,
      });
      const dropped = proxy.dropNextAnswer();
      await expect(press.printBook({ ...emma, requestId: "1" })).rejects.toThrow();
      await dropped;
      const { name } = await press.printBook({ ...emma, requestId: "1" });
      const listed = await operations.listOperations({});
      expect(listed.operations.map(({ name }) => name)).toEqual([name]);
    } finally {
      await proxy.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("5,000 waiters: one listener, a bounded number of queries, and all calls return", async () => {
    const end = gate();
    /** The time of a hundred queries, in which a wait that polled repeatedly would send one. */
    async function pause(): Promise<void> {
      for (let i = 0; i < 100; i++) {
        await engine.sql("SELECT 1");
      }
    }
    let reads = 0;
    const counting = createEngine(async (options) => {
      const store = await openEngine(engine.engine(), options);
      const read: typeof store.read = (names) => {
        reads++;
        return store.read(names);
      };
      return { ...store, read };
    });
    const printBook: PrintBook = () => end.passed.then(() => emma);
    const { lro, press, operations } = await openPress(counting, { printBook, periods: { waitMs: never } });
    onTestFinished(() => lro.close());
    const { name } = await press.printBook(emma);
    const waiting = Array.from({ length: 5_000 }, () => operations.waitOperation({ name }));
    await pause();
    const readsBefore = reads;
    await pause();
    expect(reads, "nothing has happened, so there is nothing to read").toBe(readsBefore);
    if (engine.kind === "PostgreSQL") {
      const listeners = await engine.sql(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
      );
      expect(listeners).toEqual([{ n: 1 }]);
    }
    end.open();
    expect((await Promise.all(waiting)).every(({ done }) => done)).toBe(true);
    expect(reads).toBeLessThan(20);
  });
});

describePostgres((engine) => {
  test("database stopped 5 s: calls fail with UNAVAILABLE, and no operation or announcement is lost", async () => {
    const server = await startPostgres();
    const end = gate();
    const { lro, press, operations } = await openPress(
      postgres({ connectionString: server.connectionString, schema: "stopped" }),
      {
        printBook: ({ title }) => end.passed.then(() => ({ title })),
        // Without polling, so the server must receive announcements again.
        periods: { waitMs: never, sweepMs: never, heartbeatMs: never },
      },
    );
    try {
      const operation = await press.printBook(emma);
      await expect.poll(() => lro.health()).toMatchObject({ database: "writable", running: 1 });
      await server.crash();
      expect(await lro.health()).toMatchObject({ live: true, ready: false, database: "unavailable", running: 1 });
      const away = { code: Code.Unavailable };
      await expect(operations.getOperation({ name: operation.name })).rejects.toMatchObject(away);
      await expect(press.printBook(emma, { retryStart: false })).rejects.toMatchObject(away);
      // The handler returns while the server cannot store the outcome.
      end.open();
      await sleep(5_000);
      await server.restart();
      expect(await operations.waitOperation({ name: operation.name })).toMatchObject({ done: true });
      const { name } = await press.printBook(emma);
      expect(await operations.waitOperation({ name })).toMatchObject({ done: true });
      expect(await lro.health()).toMatchObject({ ready: true });
    } finally {
      await lro.close();
      await server.stop();
    }
  });

  test("half-open connection: leases are renewed on another one", async () => {
    const { connectionString: direct, schema } = engine.address();
    const proxy = await tcpProxy(Number(new URL(direct).port));
    const connectionString = String(Object.assign(new URL(direct), { port: proxy.port }));
    const [began, end] = [gate(), gate()];
    const { lro, press } = await openPress(postgres({ connectionString, schema }), {
      async printBook({ title }) {
        began.open();
        await end.passed;
        return { title };
      },
      periods: { renewMs: 100, sweepMs: never },
    });
    try {
      const operation = await press.printBook(emma);
      await began.passed;
      const renewed = (): Promise<unknown> =>
        engine.sql("SELECT heartbeat_on > now() - interval '1 minute' AS renewed FROM job");
      const age = "UPDATE job SET heartbeat_on = now() - interval '1 hour'";
      await engine.sql(age);
      await expect.poll(renewed).toEqual([{ renewed: true }]);
      proxy.stall("heartbeat_on");
      await engine.sql(age);
      await expect.poll(renewed).toEqual([{ renewed: true }]);
      end.open();
      expect(await operation.wait()).toMatchObject({ title: "Emma" });
    } finally {
      await proxy.close();
      await lro.close();
    }
  });

  test("half-open LISTEN: a wait returns although the server receives no announcements", async () => {
    const { connectionString: direct, schema } = engine.address();
    const proxy = await tcpProxy(Number(new URL(direct).port));
    const connectionString = String(Object.assign(new URL(direct), { port: proxy.port }));
    // Without polling, so the server must detect that it receives no announcements.
    const periods = { waitMs: never, heartbeatMs: 100 };
    const deaf = await openPress(postgres({ connectionString, schema }), { work: false, periods });
    try {
      const { name } = await deaf.press.printBook(emma);
      const waiting = deaf.operations.waitOperation({ name });
      proxy.stall("LISTEN");
      await engine.open();
      expect(await waiting).toMatchObject({ done: true });
    } finally {
      await proxy.close();
      await deaf.lro.close();
    }
  });
});
