import { expect, test } from "vitest";
import { runProgram } from "../program.ts";

test.each(["postgres", "pglite"])(
  "every promise holds through a minute of chaos on %s",
  async (engine) => {
    const args = ["--minutes", "1", "--engine", engine];
    const { stdout, stderr } = await runProgram("test/chaos/run.ts", { args });
    // With the seed, for those who want to see it again.
    console.log(`${stdout}${stderr}`);
    expect(String(stdout)).toContain("every promise held");
  },
  5 * 60_000,
);
