import { expect, test } from "vitest";
import { runProgram } from "../program.ts";

test(
  "no lease is lost in two minutes of slow commits and stalls on a pool of four connections",
  async () => {
    const { stdout, stderr } = await runProgram("test/chaos/leases.ts", { args: ["--minutes", "2"] });
    // Contains the seed, with which the run can be repeated.
    console.log(`${stdout}${stderr}`);
    expect(String(stdout)).toContain("no lease was lost");
  },
  10 * 60_000,
);
