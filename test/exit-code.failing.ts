import { expect, test } from "vitest";
import { describePostgres } from "./lro-servers.ts";

// With all that a run of tests sets up.
describePostgres((engine) => {
  test("fails", async () => {
    await engine.sql("SELECT 1");
    expect.unreachable();
  });
});
