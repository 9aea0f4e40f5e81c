/*
 * A store announces changes after their commits, so that listeners can read them.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claimOne, newOperation, pgliteStores, type StoreDatabase, startOne } from "../../test/operation-stores.ts";
import type { Claim, OperationStore, Result } from "../server/operation-store.ts";
import { announcements } from "./announcements.ts";
import type { Database } from "./database.ts";

const { method } = newOperation();
const printed: Result = { response: Buffer.from("printed") };
const queued = { key: "presses/1", parallel: "queue" } as const;
const preempting = { key: "presses/1", parallel: "preempt" } as const;

let stores: StoreDatabase;
let store: OperationStore;
/** Committed writes and sent announcements, in order. */
let happened: string[] = [];

/** Records when statements that write end and when announcements begin. */
function watch(database: Database): Database {
  return {
    ...database,
    async query(text, values) {
      if (text.includes("pg_notify")) {
        const [, payloads] = values as [string, string[]];
        happened.push(...payloads.flatMap((payload) => payload.split("\n")));
        return await database.query(text, values);
      }
      const result = await database.query(text, values);
      if (/^\s*UPDATE lro\.operations/.test(text)) {
        happened.push("commit");
      }
      return result;
    },
    transaction: (work) => committed(database.transaction(work)),
    handlerTransaction: (work) => committed(database.handlerTransaction(work)),
  };
}

async function committed<T>(transaction: Promise<T>): Promise<T> {
  const value = await transaction;
  happened.push("commit");
  return value;
}

beforeAll(async () => {
  stores = await pgliteStores();
  store = await stores.open(watch);
});
afterAll(() => stores.close());
beforeEach(async () => {
  await stores.database.query("DELETE FROM lro.operations; DELETE FROM lro.job;");
});

/** Returns the commits and announcements of an action. */
async function during(work: () => Promise<unknown>): Promise<string[]> {
  await announced();
  happened = [];
  await work();
  await announced();
  return happened.map((line) => line.replace(method, "PrintBook"));
}

/** Waits until all pending announcements are sent. They are sent one after another. */
async function announced(): Promise<void> {
  await stores.database.query("SELECT 1");
  await new Promise(setImmediate);
  await stores.database.query("SELECT 1");
}

async function claimed(given: Parameters<typeof startOne>[1] = {}): Promise<Claim> {
  await startOne(store, given);
  return await claimOne(store);
}

describe("after its commit, a store announces", () => {
  test("a start", async () => {
    expect(await during(() => startOne(store))).toEqual(["commit", "wPrintBook/allow"]);
  });

  test("nothing if a start is repeated, rejected or done immediately", async () => {
    await startOne(store, { ...queued, parallel: "abort", requestId: "1" });
    const refused = newOperation({ ...queued, parallel: "abort" });
    const repeated = newOperation({ requestId: "1" });
    expect(await during(() => store.start(refused))).toEqual(["commit"]);
    expect(await during(() => store.start(repeated))).toEqual(["commit"]);
    expect(await during(() => startOne(store, { result: printed }))).toEqual(["commit"]);
  });

  test("a completion, including one with a function", async () => {
    for (const settlement of [
      { result: printed, metadata: undefined },
      async () => ({ result: printed, metadata: undefined }),
    ]) {
      const claim = await claimed();
      expect(await during(() => store.settle(claim, settlement))).toEqual(["commit", `c${claim.operation.name}`]);
    }
  });

  test("a completion, and that the next operation with the key can start", async () => {
    const claim = await claimed(queued);
    expect(await during(() => store.settle(claim, { result: printed, metadata: undefined }))).toEqual([
      "commit",
      `c${claim.operation.name}`,
      "wPrintBook/queue",
    ]);
  });

  test("a preemption, and that its worker has stopped", async () => {
    const claim = await claimed(preempting);
    expect(await during(() => startOne(store, preempting))).toEqual([
      "commit",
      `c${claim.operation.name}`,
      "wPrintBook/preempt",
    ]);
    const settling = await during(() => store.settle(claim, { result: printed, metadata: undefined }));
    expect(settling).toEqual(["commit", "wPrintBook/preempt"]);
  });

  test("the preemption of an operation that has not started", async () => {
    const { name } = await startOne(store, preempting);
    expect(await during(() => startOne(store, preempting))).toEqual(["commit", `c${name}`, "wPrintBook/preempt"]);
  });

  test("that a preempted operation frees its key when a claim finds it between two attempts", async () => {
    await store.release([await claimed(preempting)]);
    const { name } = await startOne(store, preempting);
    await during(() => store.claim(method, 10));
    expect(happened.filter((line) => line !== "commit")).toEqual([`w${method}/preempt`]);
    expect((await claimOne(store)).operation).toMatchObject({ name });
  });

  test("a cancel request", async () => {
    const { operation } = await claimed();
    const cancelling = await during(() => store.cancel(operation.id, Buffer.from("cancelled")));
    expect(cancelling).toEqual(["commit", `c${operation.name}`]);
  });

  test("the cancellation of an operation that has not started, and that the next operation with the key can start", async () => {
    const { id, name } = await startOne(store, queued);
    const cancelling = await during(() => store.cancel(id, Buffer.from("cancelled")));
    expect(cancelling).toEqual(["commit", `c${name}`, "wPrintBook/queue"]);
  });

  test("a released operation", async () => {
    const claim = await claimed();
    expect(await during(() => store.release([claim]))).toEqual(["wPrintBook/allow"]);
  });

  test("the failure of an operation after its last attempt, and that the next operation with the key can start", async () => {
    const { operation } = await claimed({ ...queued, maxAttempts: 1 });
    await during(() => stores.crash(store));
    expect(happened.filter((line) => line !== "commit").sort()).toEqual([`c${operation.name}`, `w${method}/queue`]);
    expect(happened[0]).toBe("commit");
  });
});

describe("announcements", () => {
  /** Sends announcements through a fake database that records each statement and responds when the test calls `answer`. */
  function sending(): {
    readonly announce: (...names: string[]) => void;
    readonly statements: string[][];
    readonly answer: () => Promise<void>;
  } {
    const statements: string[][] = [];
    let answers: (() => void)[] = [];
    const database = {
      query: (_: string, values: readonly unknown[]) => {
        statements.push(values[1] as string[]);
        return new Promise((resolve) => answers.push(() => resolve({ rows: [] })));
      },
    };
    const { announce } = announcements(database as unknown as Database, "channel", () => {});
    return {
      statements,
      announce: (...names) => announce(...names.map((name) => ({ kind: "changed", name }) as const)),
      async answer() {
        for (const answer of answers) {
          answer();
        }
        answers = [];
        await new Promise(setImmediate);
      },
    };
  }

  test("made during a statement are sent together in the next one, without duplicates", async () => {
    const { announce, statements, answer } = sending();
    announce("a");
    announce("b");
    announce("c", "b");
    expect(statements).toEqual([["ca"]]);
    await answer();
    expect(statements).toEqual([["ca"], ["cb\ncc"]]);
    await answer();
    announce("d");
    expect(statements).toEqual([["ca"], ["cb\ncc"], ["cd"]]);
  });

  test("fill payloads below PostgreSQL's limit of 8,000 bytes", async () => {
    const { announce, statements, answer } = sending();
    const names = Array.from({ length: 100 }, (_, i) => `${"é".repeat(i * 4)}/${i}`);
    announce("first");
    announce(...names);
    await answer();
    const payloads = statements[1] ?? [];
    expect(payloads.join("\n").split("\n")).toEqual(names.map((name) => `c${name}`));
    for (const payload of payloads) {
      expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
    }
    // The number of payloads is minimal: the first line of each would not fit into the previous one.
    for (const [i, payload] of payloads.slice(1).entries()) {
      expect(Buffer.byteLength(`${payloads[i]}${payload.split("\n")[0]}`)).toBeGreaterThan(7_800);
    }
  });
});
