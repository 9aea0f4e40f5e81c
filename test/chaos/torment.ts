import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../seeded-random.ts";
import type { ChaosDatabase } from "./database.ts";
import type { Fleet } from "./fleet.ts";
import { pastLeaseMs } from "./lease.ts";

/** How often what was done. */
export interface Harm {
  kills: number;
  drains: number;
  pauses: number;
  crashes: number;
}

/** Harms a server or the database every few seconds. */
export async function torment(fleet: Fleet, database: ChaosDatabase, seed: number, endsAt: number): Promise<Harm> {
  const random = seededRandom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  const harm = { kills: 0, drains: 0, pauses: 0, crashes: 0 };
  let lastPauseEnds = 0;
  while (Date.now() < endsAt) {
    await sleep(1_000 + pick(4_000));
    const server = pick(fleet.size);
    const what = pick(10);
    const spared = pick(4) > 0;
    if (spared && fleet.transport(server) === undefined) {
      // Most are left alone while they start or are paused, or a single one would hardly ever be up.
      continue;
    }
    if (what < 4) {
      harm.kills++;
      await fleet.replace(server, "SIGKILL");
    } else if (what < 6) {
      harm.drains++;
      await fleet.replace(server, "SIGTERM");
    } else if (what < 9 || database.crash === undefined) {
      // Where there are other servers, it wakes up as a zombie.
      harm.pauses++;
      fleet.pause(server, pastLeaseMs);
      lastPauseEnds = Date.now() + pastLeaseMs;
    } else {
      harm.crashes++;
      await database.crash(pick(3_000));
    }
  }
  await sleep(Math.max(0, lastPauseEnds - Date.now()));
  return harm;
}
