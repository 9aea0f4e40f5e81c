import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockDataDir } from "./data-dir-lock.ts";

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
  expect(() => lockDataDir(`${dataDir}/`)).toThrow(`${dataDir}/ is in use by process ${process.pid}`);
  unlock();
  expect(existsSync(lock)).toBe(false);
  lockDataDir(dataDir)();
});

test("the lock of a process that exited is replaced", () => {
  const pid = Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
  writeFileSync(lock, JSON.stringify({ pid, host: hostname() }));
  lockDataDir(dataDir)();
});

test("the lock of a process whose ID another process uses now is replaced", () => {
  writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), started: "1" }));
  lockDataDir(dataDir)();
});

test("the lock of a process on another host is respected while that process renews it", () => {
  writeFileSync(lock, JSON.stringify({ pid: 1, host: "elsewhere" }));
  expect(() => lockDataDir(dataDir)).toThrow("is in use by process 1 on elsewhere");
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  lockDataDir(dataDir)();
});
