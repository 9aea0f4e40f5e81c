import { expect, test } from "vitest";
import { runProgram } from "../program.ts";

test.each([
  ["postgres", "1", 0],
  ["pglite", "1", 0],
  ["failover", "3", 10],
] as const)(
  "every promise holds through chaos on %s, for %s minutes",
  async (engine, minutes, crashes) => {
    const args = ["--minutes", minutes, "--engine", engine];
    const { stdout, stderr } = await runProgram("test/chaos/run.ts", { args });
    // With the seed, for those who want to see it again.
    console.log(`${stdout}${stderr}`);
    expect(String(stdout)).toContain("every promise held");
    const counts = String(stdout).match(/"crashes":(\d+)/);
    expect(Number(counts?.[1])).toBeGreaterThanOrEqual(crashes);
  },
  10 * 60_000,
);
