import { expect, test } from "vitest";
import { describePostgres } from "./lro-servers.ts";

// With the full setup of a test run.
describePostgres((engine) => {
  test("fails", async () => {
    await engine.sql("SELECT 1");
    expect.unreachable();
  });
});
