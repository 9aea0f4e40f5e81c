import { expect, test } from "vitest";
import { describeEngines, describePostgres } from "../../test/lro-servers.ts";

describeEngines((engine) => {
  test("a working server is live and ready until it drains, and live until it is closed", async () => {
    const { lro } = await engine.open();
    expect(await lro.health()).toEqual({ live: true, ready: true, database: "writable", working: true, running: 0 });
    await lro.drain();
    expect(await lro.health()).toEqual({ live: true, ready: false, database: "writable", working: false, running: 0 });
    await lro.close();
    expect(await lro.health()).toMatchObject({ live: false, ready: false });
  });

  test("a server that only serves is ready", async () => {
    const { lro } = await engine.open({ work: false });
    expect(await lro.health()).toMatchObject({ live: true, ready: true, working: false });
  });
});

describePostgres((engine) => {
  test("a server on a read-only database is live, but not ready, and still reads", async () => {
    const { lro, operations } = await engine.open({ work: false });
    const database = await engine.sql("SELECT current_database() AS name");
    const set = (value: string): Promise<unknown> =>
      engine.sql(`ALTER DATABASE ${database[0]?.name} SET default_transaction_read_only = ${value}`);
    await set("on");
    try {
      // The setting applies to new connections.
      await engine.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      await expect.poll(() => lro.health()).toMatchObject({ live: true, ready: false, database: "read-only" });
      expect(await operations.listOperations({})).toMatchObject({ operations: [] });
    } finally {
      await engine.sql("SET default_transaction_read_only = off");
      await set("off");
    }
  });
});
