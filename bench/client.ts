/*
 * Compares our client with google-gax's, against the same server in one run: `npm run bench:client`.
 *
 * Measures the delay until the caller has the result and the number of calls, not counting the call that starts the
 * operation. Operations take 50 ms, 1 s, and 10 s, plus or minus up to 20% at random, so that no client benefits from a
 * lucky coincidence of polls and durations.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { readRedisApi } from "../test/redis-api.ts";
import { type RedisServer, type State, serveRedis } from "../test/redis-server.ts";
import { addedBytes } from "./client-size.ts";
import { connections, measureWaits, type Waits } from "./client-waits.ts";
import { curve, gaxCurve } from "./polling-curve.ts";
import { median } from "./quantile.ts";

/** An operation on the server. */
interface Job {
  /** Completion time. */
  doneAt?: number;
  readonly ended: Promise<void>;
  calls: number;
}

/** The delay of a result in milliseconds, and the number of calls. */
interface Sample {
  readonly lateMs: number;
  readonly calls: number;
}

const api = await readRedisApi();
const instance: Any = anyPack(api.instance, create(api.instance));
const jobs = new Map<string, Job>();
let nextMs = 0;

function start(takesMs: number): State {
  const name = `operations/${jobs.size + 1}`;
  const ended = new Promise<void>((resolve) => setTimeout(resolve, takesMs)).then(() => {
    job.doneAt = performance.now();
  });
  const job: Job = { ended, calls: 0 };
  jobs.set(name, job);
  return { name };
}

function read(name: string): State {
  const done = jobs.get(name)?.doneAt !== undefined;
  return done ? { name, done, result: { case: "response", value: instance } } : { name };
}

const server = await serveRedis(api, {
  createInstance: () => start(nextMs * (0.8 + 0.4 * Math.random())),
  operations: {
    getOperation({ name }) {
      (jobs.get(name) as Job).calls++;
      return read(name);
    },
    async waitOperation({ name }) {
      const job = jobs.get(name) as Job;
      job.calls++;
      await job.ended;
      return read(name);
    },
  },
});

const clients: Record<string, (server: RedisServer) => Promise<string>> = {
  async "google-gax"({ google }) {
    const [operation] = await google.createInstance({
      parent: "projects/p/locations/l",
      instanceId: "i",
      instance: {},
    });
    await operation.promise();
    return operation.name ?? "";
  },
  async "ours, GetOperation"({ ours }) {
    const operation = await ours.createInstance({}, { polling: { longPollMs: 0 } });
    await operation.wait();
    return operation.name;
  },
  async "ours, WaitOperation"({ ours }) {
    const operation = await ours.createInstance({});
    await operation.wait();
    return operation.name;
  },
};

async function sample(client: (server: RedisServer) => Promise<string>): Promise<Sample> {
  const { doneAt = Number.NaN, calls } = jobs.get(await client(server)) as Job;
  return { lateMs: performance.now() - doneAt, calls };
}

async function roundTripMs(): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 100; i++) {
    const operation = server.ours.createInstance.resume([...jobs.keys()][0] ?? "");
    const from = performance.now();
    await operation.poll();
    times.push(performance.now() - from);
  }
  return median(times);
}

// The duration of the operations, the number of concurrent operations, and the number of rounds.
const plan = [
  { takesMs: 50, atOnce: 5, rounds: 20 },
  { takesMs: 1_000, atOnce: 20, rounds: 2 },
  { takesMs: 10_000, atOnce: 30, rounds: 1 },
];

const late: Record<string, Record<string, string>> = {};
for (const [label, client] of Object.entries(clients)) {
  await sample(client);
  late[label] = {};
  for (const { takesMs, atOnce, rounds } of plan) {
    nextMs = takesMs;
    const samples: Sample[] = [];
    for (let round = 0; round < rounds; round++) {
      samples.push(...(await Promise.all(Array.from({ length: atOnce }, () => sample(client)))));
    }
    const lateMs = median(samples.map(({ lateMs }) => lateMs)).toFixed(1);
    const calls = median(samples.map(({ calls }) => calls));
    late[label][`${takesMs} ms`] = `${lateMs} ms, ${calls} ${calls === 1 ? "call" : "calls"}`;
  }
  nextMs = 0;
}
console.log("Delay of the result and number of calls (medians):");
console.table(late);
console.log(`One round trip takes ${(await roundTripMs()).toFixed(1)} ms (median).`);
await server.close();

for (const [label, connection] of Object.entries(connections)) {
  const rows: Record<string, Waits> = {};
  for (const count of [1, 10, 100, 1_000]) {
    rows[`${count} waits`] = await measureWaits(connection, count);
  }
  console.log(`\nConcurrent waits for operations of 2 to 6 s over ${label} (ms):`);
  console.table(rows);
}

const points = [gaxCurve()];
for (const initialDelayMs of [100, 250, 500]) {
  for (const delayMultiplier of [1.3, 1.5, 2]) {
    points.push(await curve(api, `${initialDelayMs} ms, x ${delayMultiplier}`, { initialDelayMs, delayMultiplier }));
  }
}
console.log("\nGetOperation only, operations of 50 ms to 10 minutes (means). Our first row is the default:");
console.table(
  Object.fromEntries(
    points.map(({ label, calls, lateMs, late }) => [
      label,
      { calls: calls.toFixed(1), "delay (ms)": Math.round(lateMs), "delay (fraction)": late.toFixed(2) },
    ]),
  ),
);

const bytes = await addedBytes();
console.log(`\nA generated client adds ${bytes} bytes to a plain Connect client, gzipped.`);
writeFigure("client-size", `${(bytes / 1024).toFixed(1)} kB`);

/** Writes a figure to its placeholder in the README. */
function writeFigure(name: string, figure: string): void {
  const readme = new URL("../README.md", import.meta.url);
  const place = new RegExp(`(<!-- ${name} -->).*?(<!-- /${name} -->)`, "g");
  writeFileSync(readme, readFileSync(readme, "utf8").replace(place, `$1${figure}$2`));
}
