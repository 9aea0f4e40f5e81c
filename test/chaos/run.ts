/*
 * Fault injection: runs servers and clients, kills, pauses and restarts the servers and the database at random, then
 * checks the server's guarantees. Run `npm run chaos -- --minutes 1 --seed 42 --engine pglite`, or with `failover`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createClients } from "./clients.ts";
import { databaseNames, openDatabase } from "./database.ts";
import { injectFaults } from "./fault-injection.ts";
import { startFleet } from "./fleet.ts";
import { violations } from "./history.ts";
import { leaseMs } from "./lease.ts";
import { violatedGuarantees } from "./promises.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    engine: { type: "string", default: "postgres" },
  },
});
const { minutes, engine } = values;
const seed = Number(values.seed);
if (!(Number(minutes) > 0) || !Number.isInteger(seed) || !databaseNames.includes(engine)) {
  console.error("usage: npm run chaos -- [--minutes <number>] [--seed <integer>] [--engine postgres|pglite|failover]");
  process.exit(2);
}

console.log(`chaos for ${minutes} minutes on ${engine}, seed ${seed}`);
const database = await openDatabase(engine);
const fleet = startFleet(database);
const endsAt = Date.now() + Number(minutes) * 60_000;
const clients = createClients(fleet, seed);

const [faults] = await Promise.all([injectFaults(fleet, database, seed, endsAt), clients.run(endsAt)]);
console.log("no more faults: waiting for the remaining operations");
await clients.seeAll();
// Within a lease, the servers clean up after the last crash.
await sleep(leaseMs);
await fleet.close();
const problems = [
  ...fleet.problems,
  ...clients.problems,
  ...violations(clients.calls),
  ...(await violatedGuarantees(database, clients.acknowledged)),
];
console.log(`${clients.calls.length} calls completed`);
await database.close();

console.log(JSON.stringify({ ...clients.counts, ...faults }));
if (problems.length > 0) {
  console.error(
    `${problems.length} violations of the guarantees with seed ${seed}:\n${problems.slice(0, 20).join("\n")}`,
  );
} else {
  console.log(`all guarantees held, with seed ${seed}`);
}
process.exit(problems.length > 0 ? 1 : 0);
