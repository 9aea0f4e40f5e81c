import type { DescService } from "@bufbuild/protobuf";
import { createClient, createRouterTransport } from "@connectrpc/connect";
import pg from "pg";
import type { LroService } from "protoc-gen-ts-lro/codegenv1";
import { createLroServer, type LroServer } from "protoc-gen-ts-lro/server";
import { postgres } from "protoc-gen-ts-lro/server/postgres";
import { startPostgres } from "../test/postgres-server.ts";
import { PressServiceLro } from "../testdata/gen/acme/press/v1/press_lro.ts";

const seconds = 20;

/** Measures the statements per second of idle workers, for each number of workers and of methods. */
export async function idle(print: (label: string, value: string) => void): Promise<void> {
  const server = await startPostgres(["-c", "shared_preload_libraries=pg_stat_statements"]);
  const client = new pg.Client(server.connectionString);
  await client.connect();
  await client.query("CREATE EXTENSION pg_stat_statements");
  for (const [workers, methods] of [
    [1, 1],
    [1, 30],
    [8, 30],
  ] as const) {
    const { connectionString } = server;
    const schema = `idle_${workers}_${methods}`;
    const services = Array.from({ length: methods }, (_, index) => serviceOf(`bench.v1.Service${index}`));
    const servers = await Promise.all(
      Array.from({ length: workers }, () => openIdle(connectionString, schema, services)),
    );
    const [first] = servers;
    // The queue of each method exists once an operation was started.
    await Promise.all(services.map((service) => first && startOne(first, service)));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await client.query("SELECT pg_stat_statements_reset()");
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const { rows } = await client.query(
      "SELECT sum(calls)::int AS calls, sum(total_exec_time) AS ms FROM pg_stat_statements",
    );
    const { calls, ms } = rows[0];
    print(
      `idle, ${workers} workers, ${methods} methods: statements/s / per worker`,
      `${(calls / seconds).toFixed(1)} / ${(calls / seconds / workers).toFixed(1)}, ${(ms / seconds).toFixed(1)} ms/s`,
    );
    await Promise.all(servers.map((lro) => lro.close()));
  }
  await client.end();
  await server.stop();
}

/** A service of this name with the method PrintBook. */
function serviceOf(typeName: string): LroService {
  const { printBook } = PressServiceLro.methods;
  const service: DescService = { ...PressServiceLro.service, typeName };
  const rpc = { ...printBook.rpc, parent: service };
  Object.assign(service, { methods: [rpc], method: { printBook: rpc } });
  return { service, methods: { printBook: { ...printBook, rpc } } };
}

async function openIdle(connectionString: string, schema: string, services: readonly LroService[]): Promise<LroServer> {
  const lro = await createLroServer({ engine: postgres({ connectionString, schema }), log: () => {} });
  for (const service of services) {
    lro.register(service, { printBook: () => ({}) } as object);
  }
  await lro.start();
  return lro;
}

async function startOne(lro: LroServer, { service }: LroService): Promise<void> {
  const client = createClient(service, createRouterTransport(lro.routes));
  await (client as unknown as { printBook(request: object): Promise<unknown> }).printBook({});
}
