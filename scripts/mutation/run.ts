/*
 * Mutation testing: `npm run test:mutation -- src/plugin`. Each mutant is a small change to the source, such as `<=`
 * instead of `<` or an empty block. If no test fails for a mutant, the tests would not notice the change.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { testMutants } from "./mutants.ts";
import { type Equivalent, type Score, scoreOf } from "./score.ts";

/** The folders whose mutants are tested by default. */
const folders = ["src/descriptor", "src/plugin", "src/check", "src/client", "src/operation"];

/** The minimum score of each folder. */
const least = 85;

/** The minimum score of folders whose tests need a database. */
const leastOnDatabase = 75;
const onDatabase = /^src\/(?:server|engine)\b/;

const equivalents: readonly Equivalent[] = JSON.parse(readFileSync("test/mutation-equivalents.json", "utf8"));

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { force: { type: "boolean", default: false }, constants: { type: "boolean", default: false } },
});

for (const folder of positionals.length > 0 ? positionals : folders) {
  const path = folder.replace(/\/$/, "");
  const mutants = await testMutants(path, values);
  const score = scoreOf(
    mutants,
    equivalents.filter(({ file }) => file.startsWith(`${path}/`)),
  );
  print(path, score);
  if (score.percent < (onDatabase.test(path) ? leastOnDatabase : least) || score.stale.length > 0) {
    process.exitCode = 1;
  }
}

function print(folder: string, { killed, mutants, percent, leftOut, survivors, stale }: Score): void {
  for (const { file, line, before, after, status } of survivors) {
    console.log(`${file}:${line}: ${status}\n  - ${before}\n  + ${after}`);
  }
  for (const { file, before, after } of stale) {
    console.log(
      `${file}: no longer survives. Remove it from test/mutation-equivalents.json.\n  - ${before}\n  + ${after}`,
    );
  }
  const note = leftOut > 0 ? `; ignored ${leftOut} in code that runs on load, see --constants` : "";
  console.log(`${folder}: ${percent.toFixed(1)} % (${killed} of ${mutants} mutants${note})\n`);
}
