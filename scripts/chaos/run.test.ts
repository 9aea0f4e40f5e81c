import { execFile } from "node:child_process";
import { expect, test } from "vitest";

test.each(["postgres", "pglite"])(
  "every promise holds through a minute of chaos on %s",
  async (engine) => {
    const args = ["scripts/chaos/run.ts", "--minutes", "1", "--engine", engine];
    const output = await new Promise<string>((resolve) => {
      execFile("node_modules/.bin/node", args, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    // With the seed, for those who want to see it again.
    console.log(output);
    expect(output).toContain("every promise held");
  },
  5 * 60_000,
);
