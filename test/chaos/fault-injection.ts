import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../seeded-random.ts";
import type { ChaosDatabase } from "./database.ts";
import type { Fleet } from "./fleet.ts";
import { pastLeaseMs } from "./lease.ts";

/** The number of injected faults, by kind. */
export interface Faults {
  kills: number;
  drains: number;
  pauses: number;
  crashes: number;
}

/** Injects a fault into a server or the database every few seconds, until `endsAt`. */
export async function injectFaults(
  fleet: Fleet,
  database: ChaosDatabase,
  seed: number,
  endsAt: number,
): Promise<Faults> {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const faults = { kills: 0, drains: 0, pauses: 0, crashes: 0 };
  let lastPauseEnds = 0;
  while (Date.now() < endsAt) {
    await sleep(1_000 + pick(4_000));
    const server = pick(fleet.size);
    const what = pick(10);
    const spared = pick(4) > 0;
    if (spared && fleet.transport(server) === undefined) {
      // Usually spares servers that are starting or paused, because a single server would hardly ever be available.
      continue;
    }
    if (database.crash && what >= 10 - database.crashes) {
      faults.crashes++;
      await database.crash(pick(3_000));
    } else if (what < 4) {
      faults.kills++;
      await fleet.replace(server, "SIGKILL");
    } else if (what < 6) {
      faults.drains++;
      await fleet.replace(server, "SIGTERM");
    } else {
      // If there are other servers, the paused one continues with lost leases.
      faults.pauses++;
      fleet.pause(server, pastLeaseMs);
      lastPauseEnds = Date.now() + pastLeaseMs;
    }
  }
  await sleep(Math.max(0, lastPauseEnds - Date.now()));
  return faults;
}
