/*
 * A PostgreSQL server that all tests of a run share. It starts when a test first needs it.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import pg from "pg";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import ensurePostgresUser from "./postgres-user.ts";
import { type Program, startProgram } from "./program.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The port on which the setup process returns the connection string of PostgreSQL. */
    postgresPort: number;
  }
}

/** Vitest calls this before all tests, in a separate process. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  // Creates the user now, because tests that start their own servers would otherwise create it concurrently.
  ensurePostgresUser();
  let postgres: Program<string> | undefined;
  const server = createServer(async (socket) => {
    postgres ??= startProgram<string>("test/postgres-program.ts");
    socket.end(await postgres.messages.first(() => true));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  provide("postgresPort", (server.address() as AddressInfo).port);
  return async () => {
    server.close();
    postgres?.disconnect();
    await postgres?.exited;
  };
}

/** Creates a database for one test file and returns its connection string. */
export async function createDatabase(): Promise<string> {
  const server = await text(connect(inject("postgresPort"), "127.0.0.1"));
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return String(Object.assign(new URL(server), { pathname: name }));
}
