/*
 * Checks that no lease is lost without cause: runs two servers under load, and never interrupts their processes or
 * their connections to the database for a whole lease. Run `npm run chaos:leases -- --minutes 10 --seed 42`.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { startPostgres } from "../postgres-server.ts";
import { startProgram } from "../program.ts";
import type { LeaseReport } from "./lease-worker.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const { minutes, seed } = values;
console.log(`leases under load for ${minutes} minutes, seed ${seed}`);

const database = await startPostgres();
const workers = [0, 1].map((index) =>
  startProgram<LeaseReport>("test/chaos/lease-worker.ts", {
    args: [database.connectionString, String(Number(seed) + index), minutes],
  }),
);
const reports = await Promise.all(workers.map(({ messages }) => messages.first()));
await Promise.all(workers.map((worker) => worker.kill()));
const client = new pg.Client(database.connectionString);
await client.connect();
const { rows } = await client.query(
  "SELECT count(*)::int AS operations, sum(attempt)::int AS attempts, bool_and(done) AS done FROM leases.operations",
);
await client.end();
await database.stop();

const problems = reports.flatMap((report) => report.problems);
console.log(JSON.stringify({ ...rows[0], reports: reports.map((report) => ({ ...report, problems: undefined })) }));
if (problems.length > 0 || rows[0].attempts !== rows[0].operations || !rows[0].done) {
  console.error(`leases were lost with seed ${seed}:\n${problems.slice(0, 20).join("\n")}`);
  process.exit(1);
}
console.log(`no lease was lost, with seed ${seed}`);
process.exit();
