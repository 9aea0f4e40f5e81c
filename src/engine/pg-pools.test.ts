import { Pool } from "pg";
import { describe, expect, test } from "vitest";
import { openPools } from "./pg-pools.ts";

const connectionString = "postgres://127.0.0.1:1/none";
const log = (): void => {};
const elsewhere = { connectionString: "postgres://127.0.0.1:2/none" };

describe("a pool", () => {
  test.each([
    ["10 connections by default", {}, 7],
    ["4 connections", { max: 4 }, 1],
    ["3 connections, and another to listen", { max: 3, listen: elsewhere }, 1],
    ["3 connections, and none to listen", { max: 3, listen: false }, 1],
  ] as const)("of %s leaves those that the server needs", async (_, options, commits) => {
    const pools = openPools({ connectionString, ...options }, log);
    expect(pools.maxCommits).toBe(commits);
    await pools.close();
  });

  test.each([
    [
      { max: 3 },
      /^the pool has at most 3 connections, but the server needs at least 4: one for LISTEN, two for its own work, and one for commits of handlers\. Set max of postgres\(\) to a number from 4$/,
    ],
    [
      { max: 2, listen: false },
      /^the pool has at most 2 connections, but the server needs at least 3: two for its own work/,
    ],
    [{ max: Number.NaN }, /needs at least 4/],
  ] as const)("that is too small is refused: %j", (options, message) => {
    expect(() => openPools({ connectionString, ...options }, log)).toThrow(message);
  });

  test("of the caller is measured, and not closed", async () => {
    const small = new Pool({ connectionString, max: 1 });
    expect(() => openPools({ pool: small }, log)).toThrow("Set max of the pool to a number from 4");
    const pool = new Pool({ connectionString, max: 5 });
    const pools = openPools({ pool, listen: elsewhere }, log);
    expect(pools).toMatchObject({ pool, maxCommits: 3 });
    await pools.close();
    expect([pool.ended, pools.listening?.ended]).toEqual([false, true]);
  });
});

test("a connection that listens comes from the pool, from its own options, or does not exist", async () => {
  for (const [listen, expected] of [
    [undefined, "pool"],
    [elsewhere, "elsewhere"],
    [false, "none"],
  ] as const) {
    const { pool, listening, close } = openPools({ connectionString, listen }, log);
    const found = listening === undefined ? "none" : listening === pool ? "pool" : "elsewhere";
    expect(found).toBe(expected);
    expect(listening?.options.connectionString).toBe(
      { pool: connectionString, elsewhere: elsewhere.connectionString, none: undefined }[found],
    );
    await close();
    expect(pool.ended).toBe(true);
  }
});

test("an idle connection that breaks is logged, and the process continues", async () => {
  const entries: unknown[] = [];
  const { pool, close } = openPools({ connectionString }, (entry) => entries.push(entry));
  const error = new Error("broken");
  pool.emit("error", error, undefined as never);
  expect(entries).toEqual([{ level: "warn", message: "an idle connection broke", error }]);
  await close();
});
