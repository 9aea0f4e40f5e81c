import { expect, test } from "vitest";
import { runProgram } from "../program.ts";

test.each([
  ["postgres", "1", 0],
  ["pglite", "1", 0],
  ["failover", "3", 10],
] as const)(
  "all guarantees hold during fault injection on %s for %s minutes",
  async (engine, minutes, crashes) => {
    const args = ["--minutes", minutes, "--engine", engine];
    const { stdout, stderr } = await runProgram("test/chaos/run.ts", { args });
    // Print the seed, which reproduces the run.
    console.log(`${stdout}${stderr}`);
    expect(String(stdout)).toContain("all guarantees held");
    const counts = String(stdout).match(/"crashes":(\d+)/);
    expect(Number(counts?.[1])).toBeGreaterThanOrEqual(crashes);
  },
  10 * 60_000,
);
