/*
 * Measures how much time the check plugin adds to `buf lint` of all of googleapis: `npm run bench:check`. Fails if buf takes
 * more than 1.2 times as long as without the plugin. Runs take turns, so that other load affects both equally.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./quantile.ts";

const limit = 1.2;
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });

const root = fileURLToPath(new URL("..", import.meta.url));
const protos = "node_modules/google-proto-files";
const googleapis = {
  version: "v2",
  // Exclude protobuf's own test protos, which do not compile.
  modules: [{ path: protos, excludes: [`${protos}/google/protobuf`] }],
};
const configs = {
  without: { ...googleapis, lint: { use: ["STANDARD"] } },
  with: { ...googleapis, lint: { use: ["STANDARD", "LRO"] }, plugins: [{ plugin: "dist/bin/buf-plugin-lro.cjs" }] },
};

const seconds = { without: [] as number[], with: [] as number[] };
for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of ["without", "with"] as const) {
    seconds[name].push(lint(configs[name]));
  }
}

const ratio = median(seconds.with) / median(seconds.without);
for (const name of ["without", "with"] as const) {
  const runs = seconds[name].map((run) => run.toFixed(1)).join(" ");
  console.log(`buf lint ${name.padEnd(7)} the plugin: ${median(seconds[name]).toFixed(1)} s (${runs})`);
}
console.log(`ratio: ${ratio.toFixed(2)}; limit: ${limit}`);
process.exitCode = ratio > limit ? 1 : 0;

/** Returns the duration of a run in seconds. */
function lint(config: object): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["node_modules/@bufbuild/buf/bin/buf", "lint", "--config", JSON.stringify(config)],
    { cwd: root, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" },
  );
  // buf exits with 100 if it has findings.
  if (status !== 100) {
    throw new Error(stderr);
  }
  return (performance.now() - start) / 1000;
}
