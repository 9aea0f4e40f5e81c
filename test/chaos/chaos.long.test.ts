import { expect, test } from "vitest";
import { runProgram } from "../program.ts";

test.each(["postgres", "pglite"])(
  "all guarantees hold during a minute of fault injection on %s",
  async (engine) => {
    const args = ["--minutes", "1", "--engine", engine];
    const { stdout, stderr } = await runProgram("test/chaos/run.ts", { args });
    // Print the seed, which reproduces the run.
    console.log(`${stdout}${stderr}`);
    expect(String(stdout)).toContain("all guarantees held");
  },
  5 * 60_000,
);
