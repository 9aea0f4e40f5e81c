/*
 * The engine's calls on a pool of `pg`, which is a fake here.
 */
import { EventEmitter } from "node:events";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Pool } from "pg";
import { describe, expect, test } from "vitest";
import type { Database, DatabaseTransaction } from "./database.ts";
import { type PgDatabaseOptions, pgDatabase } from "./pg-database.ts";

type Answer = { rows?: object[]; command?: string } | object[];

interface FakePool {
  readonly database: Database;
  /** The statements of all connections, in order, and whether each connection that came back was destroyed. */
  readonly log: string[];
  /** The connections that are out. */
  out: number;
  most: number;
}

/** @param answer Answers a statement, or throws. By default, everything succeeds. */
function fakePool(
  answer: (text: string, config: { query_timeout?: number }) => Answer | undefined = () => undefined,
  given: Partial<PgDatabaseOptions> = {},
): FakePool {
  const fake = { log: [] as string[], out: 0, most: 0 } as FakePool & { database: Database };
  const query = async (config: string | { text: string; query_timeout?: number }): Promise<Answer> => {
    const { text, ...rest } = typeof config === "string" ? { text: config } : config;
    fake.log.push(text);
    return answer(text, rest) ?? { rows: [], command: text };
  };
  const pool = {
    query,
    async connect() {
      answer("connect", {});
      fake.out++;
      fake.most = Math.max(fake.most, fake.out);
      return Object.assign(new EventEmitter(), {
        query,
        release(destroy: boolean) {
          fake.out--;
          fake.log.push(destroy ? "destroyed" : "released");
        },
      });
    },
  };
  const options = { listening: undefined, heartbeatMs: 5_000, renewTimeoutMs: 1_500, maxCommits: 2 };
  fake.database = pgDatabase(pool as unknown as Pool, {
    ...{ ...options, commitTimeoutMs: 10_000, close: async () => void fake.log.push("closed") },
    ...given,
  });
  return fake;
}

const failing = (text: string, error: unknown) => (asked: string) => {
  if (asked === text) {
    throw error;
  }
  return undefined;
};

describe("a transaction", () => {
  test("is committed, and its connection used again", async () => {
    const { database, log } = fakePool();
    expect(await database.transaction(async (tx) => (await tx.query("SELECT 1")).rows)).toEqual([]);
    expect(log).toEqual(["BEGIN", "SELECT 1", "COMMIT", "released"]);
  });

  test("is rolled back when its function throws, and passes the error to the caller", async () => {
    const { database, log } = fakePool();
    const error = new Error("no paper");
    await expect(database.transaction(() => Promise.reject(error))).rejects.toBe(error);
    expect(log).toEqual(["BEGIN", "ROLLBACK", "released"]);
  });

  test("that its function rolls back is not committed", async () => {
    const { database, log } = fakePool();
    expect(await database.transaction((tx) => tx.rollback().then(() => "value"))).toBe("value");
    expect(log).toEqual(["BEGIN", "ROLLBACK", "released"]);
  });

  test.each(["BEGIN", "COMMIT", "ROLLBACK"])(
    "whose %s fails leaves no connection in an unknown state",
    async (text) => {
      const { database, log } = fakePool(failing(text, new Error("lost")));
      const work = text === "ROLLBACK" ? () => Promise.reject(new Error("lost")) : async () => {};
      await expect(database.transaction(work)).rejects.toThrow("lost");
      expect(log.at(-1)).toBe(text === "BEGIN" ? "released" : "destroyed");
    },
  );

  test("that PostgreSQL rolls back instead of committing it fails with the reason", async () => {
    const { database, log } = fakePool((text) => (text === "COMMIT" ? { command: "ROLLBACK" } : undefined));
    await expect(database.transaction(async () => {})).rejects.toThrow(
      "the transaction was rolled back because a statement failed: do not catch errors of its queries",
    );
    expect(log.at(-1)).toBe("destroyed");
  });

  test("accepts no statements after its end", async () => {
    let left: DatabaseTransaction | undefined;
    const { database } = fakePool();
    await database.transaction(async (tx) => {
      left = tx;
    });
    await expect(left?.query("SELECT 1")).rejects.toThrow("the transaction has ended");
  });
});

describe("transactions of handlers", () => {
  test("limit the time of each statement", async () => {
    const { database, log } = fakePool();
    await database.handlerTransaction(async () => {});
    expect(log[0]).toBe("BEGIN; SET LOCAL statement_timeout = 11000");
  });

  test("leave connections for the engine, and take turns in order", async () => {
    const fake = fakePool();
    const order: number[] = [];
    const run = (index: number): Promise<void> =>
      fake.database.handlerTransaction(async () => {
        await new Promise(setImmediate);
        order.push(index);
        if (index === 1) {
          throw new Error("no paper");
        }
      });
    const all = await Promise.allSettled([0, 1, 2, 3, 4].map(run));
    expect(fake.most).toBe(2);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(all.map(({ status }) => status === "fulfilled")).toEqual([true, false, true, true, true]);
  });
});

describe("a task that only one process may run", () => {
  test("waits, without a connection, until no other process runs it", async () => {
    const locked = [false, true];
    const fake = fakePool((text) => (text.includes("lock") ? { rows: [{ locked: locked.shift() }] } : undefined));
    const out: number[] = [];
    const value = await fake.database.exclusively("key", async () => {
      out.push(fake.out);
      return "value";
    });
    expect([value, out, locked]).toEqual(["value", [1], []]);
    expect(fake.log.filter((line) => line === "released")).toHaveLength(2);
  });
});

describe("an error", () => {
  const code = (value: string): Error => Object.assign(new Error("failed"), { code: value });

  test.each([
    ["a broken connection", code("08006")],
    ["too many connections", code("53300")],
    ["a shutdown", code("57P01")],
    ["a standby", code("25006")],
    ["a network", code("ECONNREFUSED")],
    ["a connection that has ended", new Error("Connection terminated unexpectedly")],
    ["a query that got no answer", new Error("Query read timeout")],
    ["a client that broke", new Error("Client has encountered a connection error and is not queryable")],
    ["a closed pool", new Error("Cannot use a pool after calling end on the pool")],
  ])("of %s means that the database is unavailable", async (_, error) => {
    const unavailable = {
      code: Code.Unavailable,
      rawMessage: "the database is unavailable: try again",
      cause: error,
    };
    await expect(fakePool(failing("SELECT 1", error)).database.query("SELECT 1")).rejects.toMatchObject(unavailable);
    await expect(fakePool(failing("connect", error)).database.transaction(async () => {})).rejects.toMatchObject(
      unavailable,
    );
    await expect(fakePool(failing("COMMIT", error)).database.transaction(async () => {})).rejects.toMatchObject(
      unavailable,
    );
  });

  test.each([
    ["a constraint", code("23505")],
    ["a cancelled statement", code("57014")],
    ["a text that only looks like a state", Object.assign(new Error("failed"), { code: undefined })],
    ["a Connect error", new ConnectError("connection", Code.NotFound)],
  ])("of %s is passed on", async (_, error) => {
    await expect(fakePool(failing("SELECT 1", error)).database.query("SELECT 1")).rejects.toBe(error);
  });
});

test("rows of several statements are joined", async () => {
  const { database } = fakePool(() => [{ rows: [{ n: 1 }] }, { rows: [{ n: 2 }] }]);
  expect(await database.query("SELECT 1; SELECT 2")).toEqual({ rows: [{ n: 1 }, { n: 2 }] });
});

test("only renewals give up on a connection that does not respond", async () => {
  const timeouts: unknown[] = [];
  const { database } = fakePool((_, { query_timeout }) => void timeouts.push(query_timeout));
  await database.renewing.query("SELECT 1");
  await database.query("SELECT 1");
  expect(timeouts).toEqual([1_500, undefined]);
});

test("a database that does not listen takes no connection for it", async () => {
  const fake = fakePool();
  await fake.database.listen(
    "channel",
    () => {},
    () => {},
  );
  expect([fake.database.listens, fake.most]).toEqual([false, 0]);
  await fake.database.close();
  expect(fake.log).toEqual(["closed"]);
});
