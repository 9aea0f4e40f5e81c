import { expect, test } from "vitest";
import { runProgram } from "../../test/program.ts";

test("10,000 concurrent waits take 5 kB each and remove their timers and listeners", async () => {
  // The process has to exit by itself.
  const { stdout, exitCode } = await runProgram("test/many-waits.ts", {
    nodeOptions: ["--expose-gc"],
    timeoutMs: 50_000,
  });
  expect(exitCode).toBe(0);
  const { bytesEach, ...rest } = JSON.parse(String(stdout));
  expect(bytesEach).toBeLessThanOrEqual(5_120);
  expect(rest).toEqual({ count: 10_000, timers: 0, warnings: [] });
});
