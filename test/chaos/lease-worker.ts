/*
 * A server under load, for `leases.ts`: it starts operations and runs them, with commits of up to three leases, on a
 * pool of the minimum size, while its event loop stalls for up to a third of a lease.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createRouterTransport } from "@connectrpc/connect";
import { createLroServer } from "protoc-gen-ts-lro/server";
import { postgres } from "protoc-gen-ts-lro/server/postgres";
import { createPressServiceClient, registerPressService } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import { seededRandom } from "../seeded-random.ts";
import { leaseMs } from "./lease.ts";

/** The end of a worker's load. */
export interface LeaseReport {
  readonly operations: number;
  readonly stalls: number;
  readonly longestStallMs: number;
  readonly longCommits: number;
  /** The attempts that lost their lease, and the operations that failed. */
  readonly problems: readonly string[];
}

const [, , connectionString = "", seed, minutes] = process.argv;
const random = seededRandom(Number(seed));
const endsAt = Date.now() + Number(minutes) * 60_000;
const problems: string[] = [];
let [operations, stalls, longestStallMs, longCommits] = [0, 0, 0, 0];

const lro = await createLroServer({
  engine: postgres({ connectionString, schema: "leases", max: 4 }),
  leaseMs,
  commitTimeoutMs: 4 * leaseMs,
  log: ({ message, error }) => console.error(message, error),
});
registerPressService(lro, {
  async printBook({ title }, { name, attempt, signal, commit }) {
    const [ms, commitMs] = title.split(" ").map(Number);
    if (attempt > 1) {
      problems.push(`${name} runs for the ${attempt}. time`);
    }
    signal.addEventListener("abort", () => {
      if (signal.reason.reason === "lease-lost") {
        problems.push(`${name} lost its lease`);
      }
    });
    await sleep(ms);
    return await commit(async () => {
      await sleep(commitMs);
      return { title };
    });
  },
});
const press = createPressServiceClient(createRouterTransport(lro.routes));
await lro.start();

/** Starts one operation after another. One of ten commits for up to three leases. */
async function load(): Promise<void> {
  while (Date.now() < endsAt) {
    const isLong = random() < 0.1;
    const commitMs = random() * (isLong ? 3 * leaseMs : 300);
    longCommits += isLong ? 1 : 0;
    operations++;
    const operation = await press.printBook({ title: `${random() * leaseMs} ${commitMs}` });
    await operation.wait().catch((error) => problems.push(`${operation.name} failed: ${error}`));
  }
}

async function stall(): Promise<void> {
  while (Date.now() < endsAt) {
    await sleep((random() * leaseMs) / 2);
    const ms = (random() * leaseMs) / 3;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    stalls++;
    longestStallMs = Math.max(longestStallMs, ms);
  }
}

await Promise.all([stall(), ...Array.from({ length: 15 }, load)]);
process.send?.({ operations, stalls, longestStallMs, longCommits, problems } satisfies LeaseReport);
// It keeps running for the operations of the other worker, until it is killed.
