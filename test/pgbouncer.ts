/*
 * Starts Debian's PgBouncer in transaction mode, which connects to a PostgreSQL server.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./postgres-server.ts";

const program = "/usr/sbin/pgbouncer";

export const isPgBouncerMissing: boolean = !existsSync(program);
if (isPgBouncerMissing) {
  console.warn("pgbouncer is not installed: the tests that need it are skipped.");
}

export interface PgBouncer {
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** @param poolSize The number of connections to the database that all clients share. */
export async function startPgBouncer(connectionString: string, poolSize: number): Promise<PgBouncer> {
  const { port, username, password } = new URL(connectionString);
  const directory = mkdtempSync(join(tmpdir(), "lro-pgbouncer-"));
  chmodSync(directory, 0o755);
  const own = await freePort();
  const settings = join(directory, "pgbouncer.ini");
  writeFileSync(
    settings,
    `[databases]
* = host=127.0.0.1 port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
`,
  );
  // PgBouncer refuses to run as root.
  const user = process.getuid?.() === 0 ? ["-u", "postgres"] : [];
  const running = spawn(program, ["-q", ...user, settings], { stdio: "ignore" });
  const exited = once(running, "exit");
  while (!(await accepts(own))) {
    if (running.exitCode !== null) {
      throw new Error(`pgbouncer exited with ${running.exitCode}`);
    }
    await sleep(50);
  }
  return {
    connectionString: String(Object.assign(new URL(connectionString), { port: own })),
    async stop() {
      running.kill("SIGKILL");
      await exited;
      rmSync(directory, { recursive: true });
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
