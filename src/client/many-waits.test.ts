import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "many-waits-"));

beforeAll(async () => {
  await build({
    entryPoints: [join(root, "test/many-waits.ts")],
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile: join(folder, "many-waits.mjs"),
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

test("10,000 operations are awaited at once, for 5 kB each, and nothing is left behind", () => {
  const program = join(folder, "many-waits.mjs");
  // The process has to exit by itself.
  const output = execFileSync(process.execPath, ["--expose-gc", program], { encoding: "utf8", timeout: 60_000 });
  const { bytesEach, ...rest } = JSON.parse(output);
  expect(bytesEach).toBeLessThanOrEqual(5_120);
  expect(rest).toEqual({ count: 10_000, timers: 0, warnings: [] });
});
