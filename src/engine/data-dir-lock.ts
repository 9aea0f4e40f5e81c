import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { currentBoot, startOf } from "./process-start.ts";

/** The interval between two heartbeats of a lock's owner. */
const heartbeatMs = 5_000;
/** The time without a heartbeat after which a lock of another host is stale. */
const staleMs = 30_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** The start time of the process, which distinguishes it from a later one with the same ID. */
  readonly started: string | undefined;
  /** The boot of the machine, to which start times can be relative. */
  readonly boot?: string | undefined;
  /** When the process took the lock. */
  readonly since?: string | undefined;
}

/**
 * Locks a data directory for this process, because two processes that write to it would lose data. Replaces a stale
 * lock, whose owner no longer runs.
 *
 * @returns A function that releases the lock.
 * @throws Error if another process holds the lock.
 */
export function lockDataDir(dataDir: string): () => void {
  const path = `${dataDir.replace(/[\\/]+$/, "")}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  const own = `${path}.${randomUUID()}`;
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    boot: currentBoot(),
    since: new Date().toISOString(),
  };
  writeFileSync(own, JSON.stringify(owner));
  try {
    while (!tryLink(own, path)) {
      removeStaleLock(path, dataDir);
    }
  } finally {
    rmSync(own, { force: true });
  }
  const timer = setInterval(() => touch(path), heartbeatMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    rmSync(path, { force: true });
  };
}

/** Sends a heartbeat. Ignores errors: if the directory was deleted, the lock no longer matters. */
function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {}
}

/** Creates the lock atomically with its content. Returns false if there already is one. */
function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
    return false;
  }
}

/** @throws Error if the owner of the lock is alive. */
function removeStaleLock(path: string, dataDir: string): void {
  const found = read(path);
  if (found === undefined) {
    return;
  }
  const { owner, touched } = found;
  if (owner.host === hostname() ? isAlive(owner) : Date.now() - touched < staleMs) {
    throw new Error(
      `${dataDir} is in use by process ${owner.pid} on ${owner.host}${owner.since ? ` since ${owner.since}` : ""}: ` +
        "PGlite supports one process at a time. " +
        "End that process, use another directory, or use postgres() to share operations between processes",
    );
  }
  // If several processes find the stale lock, only one wins the rename. If it renamed another lock, it puts that back.
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (taken && JSON.stringify(taken.owner) !== JSON.stringify(owner)) {
    tryLink(aside, path);
  }
  rmSync(aside, { force: true });
}

function read(path: string): { readonly owner: Owner; readonly touched: number } | undefined {
  try {
    return { owner: JSON.parse(readFileSync(path, "utf8")), touched: statSync(path).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
    return undefined;
  }
}

function isAlive({ pid, started, boot }: Owner): boolean {
  if (boot !== undefined && boot !== currentBoot()) {
    return false;
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return started === startOf(pid);
}
