import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";

/** How often the owner of a lock shows that it lives, and when one on another host that does not is taken for dead. */
const touchMs = 5_000;
const staleMs = 30_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same id, where the system says when a process started. */
  readonly started: string | undefined;
}

/**
 * Locks a data directory for this process: two that wrote to one would lose data. A lock whose owner has died is taken
 * over.
 *
 * @returns A function that gives the lock back.
 * @throws Error if another process holds it.
 */
export function lockDataDir(dataDir: string): () => void {
  const path = `${dataDir.replace(/[\\/]+$/, "")}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  const own = `${path}.${randomUUID()}`;
  const owner: Owner = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  writeFileSync(own, JSON.stringify(owner));
  try {
    while (!tryLink(own, path)) {
      takeAwayFromTheDead(path, dataDir);
    }
  } finally {
    rmSync(own, { force: true });
  }
  const timer = setInterval(() => touch(path), touchMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    rmSync(path, { force: true });
  };
}

/** Shows that the owner lives. Who removes the directory of a running process has no use for the lock. */
function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {}
}

/** Makes the whole lock appear at once, or fails if there is one. */
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

function takeAwayFromTheDead(path: string, dataDir: string): void {
  const found = read(path);
  if (found === undefined) {
    return;
  }
  const { owner, touched } = found;
  if (owner.host === hostname() ? isAlive(owner) : Date.now() - touched < staleMs) {
    throw new Error(
      `${dataDir} is in use by process ${owner.pid} on ${owner.host}: PGlite serves one process at a time. ` +
        "End that process, use another directory, or use postgres() to share operations between processes",
    );
  }
  // Of several that find it dead, one wins the rename, and a lock that is not the one that was found goes back.
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

function isAlive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return started === startOf(pid);
}

/** When a process started, in the kernel's ticks. Undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")")).split(" ")[20];
  } catch {
    return undefined;
  }
}
