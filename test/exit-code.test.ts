import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "./program.ts";
import { root } from "./repository.ts";

test("a run with a failed test exits with a non-zero code", async () => {
  const { stdout, exitCode } = await runProgram(join(root, "node_modules/vitest/vitest.mjs"), {
    args: ["run", "--mode", "failing"],
    env: { NO_COLOR: "1" },
  });
  expect(stdout.toString()).toContain("1 failed");
  expect(exitCode).toBe(1);
});
