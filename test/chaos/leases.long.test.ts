import { expect, test } from "vitest";
import { runProgram } from "../program.ts";

test(
  "no lease is lost in two minutes of slow commits and stalls on a pool of four connections",
  async () => {
    const { stdout, stderr } = await runProgram("test/chaos/leases.ts", { args: ["--minutes", "2"] });
    // With the seed, for those who want to see it again.
    console.log(`${stdout}${stderr}`);
    expect(String(stdout)).toContain("no lease was lost");
  },
  10 * 60_000,
);
