/*
 * A PostgreSQL server with a synchronous standby, behind a TCP proxy that leads to the primary.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { crashPostgres, embeddedPostgres, freePort } from "./postgres-server.ts";
import ensurePostgresUser from "./postgres-user.ts";
import { tcpProxy } from "./tcp-proxy.ts";

export interface ReplicatedPostgres {
  /** Leads through the proxy. */
  readonly connectionString: string;
  /** Kills the primary, promotes the standby, leads the proxy to it, and gives it a standby in turn. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** One server of the pair. */
interface Node {
  readonly directory: string;
  readonly port: number;
}

const flags = ["fsync=off", "wal_keep_size=512MB"].flatMap((setting) => ["-c", setting]);

export async function startReplicatedPostgres(): Promise<ReplicatedPostgres> {
  ensurePostgresUser();
  const root = mkdtempSync(join(tmpdir(), "lro-replicated-"));
  chmodSync(root, 0o777);
  const log: string[] = [];
  let nodes = 0;

  async function newNode(): Promise<Node> {
    return { directory: join(root, `node${++nodes}`), port: await freePort() };
  }

  async function addStandby(primary: Node): Promise<Node> {
    const standby = await newNode();
    await startStandby(primary, standby, log);
    return standby;
  }

  let primary = await newNode();
  const first = embeddedPostgres(primary.directory, primary.port, flags, log);
  await first.initialise();
  appendFileSync(
    join(primary.directory, "pg_hba.conf"),
    "host replication postgres 127.0.0.1/32 trust\nhost all postgres 127.0.0.1/32 trust\n",
  );
  await first.start();
  let standby = await addStandby(primary);
  const proxy = await tcpProxy(primary.port);
  return {
    connectionString: connectionString(proxy.port),
    async failOver() {
      await crashPostgres(primary.directory);
      const dead = primary;
      primary = standby;
      await query(primary, (client) => client.query("SELECT pg_promote()"));
      proxy.switchTo(primary.port);
      rmSync(dead.directory, { recursive: true });
      standby = await addStandby(primary);
    },
    async stop() {
      await proxy.close();
      await crashPostgres(standby.directory);
      await crashPostgres(primary.directory);
      rmSync(root, { recursive: true });
    },
  };
}

/** Copies a running primary, and starts the copy as its synchronous standby. */
async function startStandby(primary: Node, standby: Node, log: string[]): Promise<void> {
  await query(primary, async (client) => {
    await client.query("SELECT pg_backup_start('standby', true)");
    // Fails for files that disappear during the copy, which PostgreSQL allows.
    spawnSync("cp", ["-a", primary.directory, standby.directory]);
    const { rows } = await client.query("SELECT labelfile FROM pg_backup_stop(false)");
    writeFileSync(join(standby.directory, "backup_label"), rows[0].labelfile);
  });
  rmSync(join(standby.directory, "postmaster.pid"));
  writeFileSync(join(standby.directory, "standby.signal"), "");
  const from = `host=127.0.0.1 port=${primary.port} user=postgres password=password`;
  writeFileSync(join(standby.directory, "postgresql.auto.conf"), `primary_conninfo = '${from}'\n`);
  if (process.getuid?.() === 0) {
    execFileSync("chown", ["-R", "postgres:", standby.directory]);
  }
  // Not awaited, because it resolves only when the standby is promoted.
  embeddedPostgres(standby.directory, standby.port, flags, log)
    .start()
    .catch(() => {});
  await query(primary, async (client) => {
    await client.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await client.query("SELECT pg_reload_conf()");
    const synchronous = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'";
    while ((await client.query(synchronous)).rows.length === 0) {
      await sleep(20);
    }
  });
}

function connectionString(port: number): string {
  return `postgres://postgres:password@127.0.0.1:${port}/postgres`;
}

/** Runs a function on a connection to a node, for whose start it waits. */
async function query(node: Node, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  for (;;) {
    const client = new pg.Client(connectionString(node.port));
    client.on("error", () => {});
    try {
      await client.connect();
    } catch {
      await sleep(20);
      continue;
    }
    await work(client);
    await client.end();
    return;
  }
}
