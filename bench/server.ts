/*
 * Compares the server with its minimum cost, on PostgreSQL and PGlite in one run: `npm run bench:server`. To run only one of
 * them: `npm run bench:server -- PGlite`, or only the cost of idle workers: `npm run bench:server -- idle`.
 */
import { randomUUID } from "node:crypto";
import { openEngine } from "../src/server/engine.ts";
import { median, quantile } from "./quantile.ts";
import { type Served, serve } from "./served-press.ts";
import { type BenchDatabase, openPGlite, openPostgres } from "./server-databases.ts";
import { openFloor } from "./server-floor.ts";
import { idle } from "./server-idle.ts";
import { latency } from "./server-latency.ts";

const method = "acme.press.v1.PressService.PrintBook";
const parallelism = 16;
const print = (label: string, value: string): void => console.log(`  ${label.padEnd(54)}${value}`);

const only = process.argv[2];
if (!only || only === "idle") {
  await idle(print);
}
for (const open of [openPostgres, openPGlite].filter(({ name }) => !only || name === `open${only}`)) {
  const database = await open();
  console.log(`${database.name}`);
  await throughput(database);
  for (const [label, value] of Object.entries(await latency(database))) {
    print(label, value);
  }
  await waiters(database);
  await reads(database);
  await database.close();
}

/** Compares operations started and completed per second with the hand-written minimum. Rounds take turns. */
async function throughput(database: BenchDatabase): Promise<void> {
  const rounds = 5;
  const perRound = database.connectionString ? 2_000 : 600;
  const floor = await openFloor(database, database.transaction);
  const store = await openEngine(database.engine("ours"), {
    leaseSeconds: 30,
    heartbeatMs: 5_000,
    log: () => {},
  });
  await store.listen(() => {});
  const result = { response: new Uint8Array(20) };
  const start = async (): Promise<void> => {
    const id = randomUUID();
    await store.start({
      ...{ id, name: `operations/${id}`, method, principal: "", request: new Uint8Array(20), requestId: undefined },
      ...{ key: undefined, parallel: "allow", maxAttempts: 5, expireAfterSeconds: 3_600, result: undefined },
      ...{ preempted: { own: new Uint8Array(), other: new Uint8Array() }, trace: undefined },
    });
  };
  const rates = {
    floorStart: [] as number[],
    start: [] as number[],
    floorSettle: [] as number[],
    settle: [] as number[],
  };
  for (let round = 0; round < rounds; round++) {
    rates.floorStart.push(await perSecond(Array.from({ length: perRound }, () => floor.start)));
    rates.start.push(await perSecond(Array.from({ length: perRound }, () => start)));
    rates.floorSettle.push(await perSecond(await floor.fetch(perRound)));
    const claims = await store.claim(method, perRound);
    rates.settle.push(
      await perSecond(claims.map((claim) => () => store.settle(claim, { result, metadata: undefined }))),
    );
  }
  for (const [label, ours, least] of [
    ["starts", rates.start, rates.floorStart],
    ["settles", rates.settle, rates.floorSettle],
  ] as const) {
    const [a, b] = [median(ours), median(least)];
    print(`${label}/s, server / by hand`, `${a.toFixed(0)} / ${b.toFixed(0)} = ${(a / b).toFixed(2)}x`);
  }
  await floor.close();
  await store.close();
}

/** Measures 5,000 waiting clients of one process. */
async function waiters(database: BenchDatabase): Promise<void> {
  let end = (): void => {};
  const served = await serve(
    database.engine("waiters"),
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  const { name } = await served.press.printBook({});
  await served.operations.waitOperation({ name, timeout: { seconds: 1n } });
  const before = memory();
  const waiting = Array.from({ length: 5_000 }, () => served.operations.waitOperation({ name }));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const each = (memory() - before) / waiting.length;
  const { rows } = database.connectionString
    ? await database.query("SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    : { rows: [{ n: "in-process" }] };
  const from = performance.now();
  end();
  await Promise.all(waiting);
  const took = performance.now() - from;
  print(
    "5,000 waiting clients: LISTENs / memory / all answered",
    `${rows[0]?.n} / ${(each / 1024).toFixed(1)} kB each / ${took.toFixed(0)} ms`,
  );
  await served.close();
}

/** Compares GetOperation and ListOperations with 1,000,000 and with 1,000 stored operations. Calls take turns. */
async function reads(database: BenchDatabase): Promise<void> {
  const sizes = [1_000, 1_000_000] as const;
  const servers: (Served & { readonly names: string[]; readonly token: string })[] = [];
  for (const size of sizes) {
    const served = await serve(database.engine(`stored${size}`), async () => {});
    await database.query(`
      INSERT INTO stored${size}.operations (id, name, collection, method, principal, queue, request, expire_after, done,
        response, expire_time, create_time)
      SELECT id, 'operations/' || id, 'operations', '${method}', '', '${method}/allow', '', '30 days', true,
        '', now() + interval '30 days', now() - n * interval '1 second'
      FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, ${size}) AS n) AS generated`);
    await database.query(`ANALYZE stored${size}.operations`);
    const page = await served.operations.listOperations({ pageSize: 500 });
    servers.push({ ...served, names: page.operations.map(({ name }) => name), token: page.nextPageToken });
  }
  for (const [label, call] of [
    [
      "Get",
      ({ operations, names }: (typeof servers)[number], i: number) =>
        operations.getOperation({ name: names[i % 500] ?? "" }),
    ],
    ["List", ({ operations }: (typeof servers)[number]) => operations.listOperations({ pageSize: 50 })],
    [
      "List, page 2",
      ({ operations, token }: (typeof servers)[number]) =>
        operations.listOperations({ pageSize: 500, pageToken: token }),
    ],
  ] as const) {
    const times: [number[], number[]] = [[], []];
    for (let i = 0; i < 300; i++) {
      for (const [index, served] of servers.entries()) {
        const from = performance.now();
        await call(served, i);
        times[index as 0 | 1].push(performance.now() - from);
      }
    }
    const [few, many] = times.map((ms) => quantile(ms.slice(50), 0.5)) as [number, number];
    print(
      `${label}, 1,000,000 / 1,000 stored, p50`,
      `${many.toFixed(2)} / ${few.toFixed(2)} ms = ${(many / few).toFixed(2)}x`,
    );
  }
  for (const { close } of servers) {
    await close();
  }
}

async function perSecond(tasks: readonly (() => Promise<unknown>)[]): Promise<number> {
  const queue = tasks.values();
  const from = performance.now();
  await Promise.all(
    Array.from({ length: parallelism }, async () => {
      for (const task of queue) {
        await task();
      }
    }),
  );
  return (tasks.length / (performance.now() - from)) * 1_000;
}

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
