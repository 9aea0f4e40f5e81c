import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockDataDir } from "./data-dir-lock.ts";
import { startOf } from "./process-start.ts";

let directory: string;
let dataDir: string;
let lock: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lro-lock-"));
  dataDir = join(directory, "data");
  lock = `${dataDir}.lock`;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("a locked directory cannot be locked again until it is unlocked", () => {
  const unlock = lockDataDir(dataDir);
  const before = new Date().toISOString();
  const { message } = (() => {
    try {
      lockDataDir(`${dataDir}/`)();
    } catch (error) {
      return error as Error;
    }
    throw new Error("the directory was locked twice");
  })();
  const [, since = ""] =
    message.match(/is in use by process \d+ on \S+ since (\S+): PGlite supports one process/) ?? [];
  expect(message).toContain(`${dataDir}/ is in use by process ${process.pid} on ${hostname()} since `);
  expect(since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(since <= before).toBe(true);
  unlock();
  expect(existsSync(lock)).toBe(false);
  lockDataDir(dataDir)();
});

test("the lock of a process that exited is replaced", () => {
  const pid = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
  writeFileSync(lock, JSON.stringify({ pid, host: hostname() }));
  lockDataDir(dataDir)();
});

test.each([
  ["another process uses now", { started: "1" }],
  ["another process has used since the machine restarted", { boot: "another boot" }],
])("the lock of a process whose ID %s is replaced", (_, change) => {
  const unlock = lockDataDir(dataDir);
  const owner = JSON.parse(readFileSync(lock, "utf8"));
  unlock();
  writeFileSync(lock, JSON.stringify({ ...owner, ...change }));
  lockDataDir(dataDir)();
});

test("without /proc, as on macOS, the start time of a process comes from ps", () => {
  const started = startOf(process.pid, join(directory, "no-proc"));
  expect(started).toMatch(/^\w+ +\w+ +\d+ [\d:]+ \d{4}$/);
  expect(startOf(process.pid, join(directory, "no-proc"))).toBe(started);
  const other = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
  expect(startOf(other, join(directory, "no-proc"))).toBeUndefined();
});

test("the lock of a process of an earlier version, which lacks some facts, is respected", () => {
  const unlock = lockDataDir(dataDir);
  const { pid, host, started } = JSON.parse(readFileSync(lock, "utf8"));
  writeFileSync(lock, JSON.stringify({ pid, host, started }));
  expect(() => lockDataDir(dataDir)).toThrow(`is in use by process ${pid} on ${host}: PGlite`);
  unlock();
});

test("the lock of a process on another host is respected while that process renews it", () => {
  writeFileSync(lock, JSON.stringify({ pid: 1, host: "elsewhere" }));
  expect(() => lockDataDir(dataDir)).toThrow("is in use by process 1 on elsewhere");
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  lockDataDir(dataDir)();
});
