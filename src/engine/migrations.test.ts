import { Pool } from "pg";
import { expect, test } from "vitest";
import { describePostgres } from "../../test/lro-servers.ts";
import { pressProcesses } from "../../test/press-processes.ts";
import { openEngine } from "../server/engine.ts";

describePostgres((engine) => {
  const processes = pressProcesses(engine);

  test("ten processes that start concurrently create one schema", async () => {
    const started = await Promise.all(Array.from({ length: 10 }, () => processes.start()));
    const [first, last] = [started.at(0), started.at(-1)];
    const operation = await first?.press.printBook({ press: "presses/1", title: "Emma" });
    expect(await last?.press.printBook.resume(operation?.name ?? "").wait()).toMatchObject({
      title: "Emma, attempt 1",
    });
  });

  test("a schema of a newer version is rejected", async () => {
    await (await engine.open()).lro.close();
    await engine.sql("UPDATE operations_settings SET value = '999' WHERE name = 'version'");
    await expect(engine.open()).rejects.toThrow(
      /has version 999, but this version of protoc-gen-ts-lro supports at most version \d+: upgrade/,
    );
  });

  test("an invalid schema name is rejected", async () => {
    const pool = new Pool(engine.address());
    const { postgres } = await import("./postgres.ts");
    const opening = openEngine(postgres({ pool, schema: "lro; DROP TABLE operations" }), {
      leaseSeconds: 30,
      heartbeatMs: 5_000,
      log: () => {},
    });
    await expect(opening).rejects.toThrow("is invalid: use at most 41 lowercase letters");
    await pool.end();
  });
});
