/*
 * Runs workers and clients on PostgreSQL while it kills, stops and restarts the workers and the database at random, and
 * then checks what the server promises: `npm run chaos -- --minutes 1 --seed 42`
 */

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { toBinary } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import pg from "pg";
import { lroClient } from "protoc-gen-ts-lro/codegen";
import { type Operation, OperationSchema, Operations } from "protoc-gen-ts-lro/longrunning";
import { createLroServer } from "protoc-gen-ts-lro/server";
import { postgres } from "protoc-gen-ts-lro/server/postgres";
import { readPressApi } from "../bench/press-api.ts";
import { startPostgres } from "../testdata/postgres-server.ts";
import { seededRandom } from "../testdata/seeded-random.ts";

const { values } = parseArgs({ options: { minutes: { type: "string", default: "1" }, seed: { type: "string" } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const endsAt = Date.now() + Number(values.minutes) * 60_000;
const random = seededRandom(seed);
const pick = (below: number): number => Math.floor(random() * below);
const counts = { started: 0, waits: 0, retries: 0, cancels: 0, kills: 0, stops: 0, drains: 0, crashes: 0 };
console.log(`chaos for ${values.minutes} minutes, seed ${seed}`);

const api = readPressApi();
const server = await startPostgres();
const pool = new pg.Pool({ connectionString: server.connectionString });
pool.on("error", () => {});
await pool.query(`
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.commits (id bigserial, name text, press text, attempt int, began bigint)`);

const lro = await createLroServer({
  engine: postgres({ connectionString: server.connectionString, schema: "chaos_lro" }),
  lease: { seconds: 10 },
  log: () => {},
});
const transport = createRouterTransport((router) => {
  lro.registerOperations(router);
  lro.register(router, api, {
    printBook: { key: ({ press }: { press: string }) => press || undefined, parallel: "queue", run: () => ({}) },
  } as never);
});
await lro.start({ work: false });
const operations: Client<typeof Operations> = createClient(Operations, transport);
const press = lroClient(api, transport) as unknown as {
  printBook(request: object): Promise<{ readonly name: string }>;
};

/** What a client was told of an operation, and the state in which it has seen it done. */
const acknowledged = new Map<string, { readonly press: string; done?: Uint8Array }>();
const problems: string[] = [];
const workers: ChildProcess[] = [];
const startWorker = (): void => {
  const worker = fork("scripts/chaos-worker.ts", [server.connectionString]);
  worker.once("exit", (code) => {
    if (workers.includes(worker)) {
      problems.push(`a worker ended by itself, with ${code}`);
      workers.splice(workers.indexOf(worker), 1);
      startWorker();
    }
  });
  workers.push(worker);
};

for (let i = 0; i < 3; i++) {
  startWorker();
}
const clients = Array.from({ length: 12 }, (_, i) => client(i < 8 ? `presses/${i}` : ""));
await Promise.all([torment(), ...clients]);
console.log("quiet: waiting for what is left");
await Promise.all([...acknowledged.keys()].map(see));
await check();
for (const worker of workers.splice(0)) {
  worker.kill("SIGKILL");
}
await lro.close();
await pool.end();
await server.stop();
console.log(JSON.stringify(counts));
if (problems.length > 0) {
  console.error(`${problems.length} promises broken with seed ${seed}:\n${problems.slice(0, 20).join("\n")}`);
  process.exit(1);
}
console.log(`every promise held, with seed ${seed}`);
process.exit();

/** Starts one operation after another, waits for some, and cancels some. */
async function client(press: string): Promise<void> {
  while (Date.now() < endsAt) {
    const title = `${pick(300)}${pick(10) === 0 ? " fails" : ""}`;
    const requestId = `${press}-${counts.started++}`;
    const { name } = await retried(() => start({ press, title, requestId }));
    acknowledged.set(name, { press });
    const what = pick(10);
    if (what === 0) {
      counts.cancels++;
      await retried(() => operations.cancelOperation({ name }));
    }
    if (what < 7) {
      await see(name);
    }
  }
}

async function start(request: object): Promise<{ readonly name: string }> {
  return await press.printBook(request);
}

/** Waits until an operation is done, and compares it with what was seen before. */
async function see(name: string): Promise<void> {
  counts.waits++;
  let operation: Operation;
  do {
    operation = await retried(() => operations.waitOperation({ name, timeout: { seconds: 20n } }));
  } while (!operation.done);
  const known = acknowledged.get(name);
  const bytes = toBinary(OperationSchema, operation);
  if (known?.done && Buffer.compare(known.done, bytes) !== 0) {
    problems.push(`${name} has changed after it was done`);
  } else if (known) {
    known.done = bytes;
  }
}

/** Does as a client does when the server is away: tries again. Nothing else may go wrong. */
async function retried<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (ConnectError.from(error).code !== Code.Unavailable) {
        throw error;
      }
      counts.retries++;
      await sleep(200);
    }
  }
}

/** Harms a worker or the database every few seconds. */
async function torment(): Promise<void> {
  while (Date.now() < endsAt) {
    await sleep(1_000 + pick(4_000));
    const worker = workers[pick(workers.length)] as ChildProcess;
    const what = pick(10);
    if (what < 4) {
      counts.kills++;
      await replace(worker, "SIGKILL");
    } else if (what < 6) {
      counts.drains++;
      await replace(worker, "SIGTERM");
    } else if (what < 9) {
      // Longer than the lease: it wakes up as a zombie.
      counts.stops++;
      worker.kill("SIGSTOP");
      void sleep(12_000).then(() => worker.kill("SIGCONT"));
    } else {
      counts.crashes++;
      await server.crash();
      await sleep(pick(3_000));
      await server.restart();
    }
  }
  for (const worker of workers) {
    worker.kill("SIGCONT");
  }
}

async function replace(worker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  workers.splice(workers.indexOf(worker), 1);
  const exited = once(worker, "exit");
  worker.kill("SIGCONT");
  worker.kill(signal);
  await exited;
  startWorker();
}

/** What must hold when all is quiet. */
async function check(): Promise<void> {
  const { rows: stored } = await pool.query(
    "SELECT name, done, response IS NOT NULL AS succeeded, key, extract(epoch FROM update_time) * 1000 AS ended FROM chaos_lro.operations ORDER BY create_time, id",
  );
  const { rows: commits } = await pool.query("SELECT name, began::float8 AS began FROM chaos.commits ORDER BY id");
  const { rows: jobs } = await pool.query("SELECT id FROM chaos_lro.job");
  const byName = new Map(stored.map((row) => [row.name, row]));
  const expect = (holds: boolean, problem: string): void => {
    if (!holds) {
      problems.push(problem);
    }
  };

  expect(jobs.length === 0, `${jobs.length} jobs are left`);
  for (const [name, { done }] of acknowledged) {
    expect(byName.get(name)?.done === true && done !== undefined, `${name} was acknowledged, and is lost`);
  }
  expect(new Set(commits.map(({ name }) => name)).size === commits.length, "an operation has committed twice");
  const succeeded = stored.filter((row) => row.succeeded);
  expect(
    succeeded.length === commits.length && commits.every(({ name }) => byName.get(name)?.succeeded),
    `${commits.length} commits, and ${succeeded.length} responses`,
  );
  for (const key of new Set(stored.map((row) => row.key))) {
    if (key !== null) {
      const inOrder = succeeded.filter((row) => row.key === key).map(({ name }) => name);
      const ofKey = commits.filter(({ name }) => byName.get(name)?.key === key);
      expect(
        ofKey.every(({ name }, i) => name === inOrder[i]),
        `${key} was not in order`,
      );
      for (const [i, { name, began }] of ofKey.entries()) {
        const before = byName.get(ofKey[i - 1]?.name);
        expect(!before || began >= Math.floor(before.ended), `${name} began before ${before?.name} ended`);
      }
    }
  }
  console.log(`${stored.length} operations, ${succeeded.length} succeeded, ${acknowledged.size} acknowledged`);
}
