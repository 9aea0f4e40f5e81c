/*
 * What the check plugin adds to `buf lint` of all of googleapis: `npm run bench:check`. Fails where it takes more than
 * 1.35 times as long as without any plugin. The runs take turns, so that both meet the same machine.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./quantile.ts";

const limit = 1.35;
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });

const root = fileURLToPath(new URL("..", import.meta.url));
const protos = "node_modules/google-proto-files";
const googleapis = {
  version: "v2",
  // protobuf's own broken test protos are left out.
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
console.log(`${ratio.toFixed(2)} times as long; at most ${limit}`);
process.exitCode = ratio > limit ? 1 : 0;

/** Returns how long it took, in seconds. */
function lint(config: object): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["node_modules/@bufbuild/buf/bin/buf", "lint", "--config", JSON.stringify(config)],
    { cwd: root, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" },
  );
  // It ends with 100 because it has findings.
  if (status !== 100) {
    throw new Error(stderr);
  }
  return (performance.now() - start) / 1000;
}
