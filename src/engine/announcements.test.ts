/*
 * What a store announces, and when: after the commit of what it announces, so that who hears of it finds it.
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
/** What happened in the database, in order: writes that were committed, and announcements that were sent. */
let happened: string[] = [];

/** Notes when statements end that write, and when announcements begin. */
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

/** What happens during this, and what it announces. */
async function during(work: () => Promise<unknown>): Promise<string[]> {
  await announced();
  happened = [];
  await work();
  await announced();
  return happened.map((line) => line.replace(method, "PrintBook"));
}

/** Announcements are sent one after another: when this one is, those before it are. */
async function announced(): Promise<void> {
  await stores.database.query("SELECT 1");
  await new Promise(setImmediate);
  await stores.database.query("SELECT 1");
}

async function claimed(given: Parameters<typeof startOne>[1] = {}): Promise<Claim> {
  await startOne(store, given);
  return await claimOne(store);
}

describe("after the commit is announced", () => {
  test("a start", async () => {
    expect(await during(() => startOne(store))).toEqual(["commit", "wPrintBook/allow"]);
  });

  test("nothing of a start that was done before, or was refused", async () => {
    await startOne(store, { ...queued, parallel: "abort", requestId: "1" });
    const refused = newOperation({ ...queued, parallel: "abort" });
    const repeated = newOperation({ requestId: "1" });
    expect(await during(() => store.start(refused))).toEqual(["commit"]);
    expect(await during(() => store.start(repeated))).toEqual(["commit"]);
    expect(await during(() => startOne(store, { result: printed }))).toEqual(["commit"]);
  });

  test("an end, also that with a function", async () => {
    for (const settlement of [
      { result: printed, metadata: undefined },
      async () => ({ result: printed, metadata: undefined }),
    ]) {
      const claim = await claimed();
      expect(await during(() => store.settle(claim, settlement))).toEqual(["commit", `c${claim.operation.name}`]);
    }
  });

  test("an end that lets the next of its key begin", async () => {
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

  test("the preemption of one that nobody has begun", async () => {
    const { name } = await startOne(store, preempting);
    expect(await during(() => startOne(store, preempting))).toEqual(["commit", `c${name}`, "wPrintBook/preempt"]);
  });

  test("that one was preempted between two attempts, when it is found: it held the key of the next", async () => {
    await store.release([await claimed(preempting)]);
    const { name } = await startOne(store, preempting);
    await during(() => store.claim(method, 10));
    expect(happened.filter((line) => line !== "commit")).toEqual([`w${method}/preempt`]);
    expect((await claimOne(store)).operation).toMatchObject({ name });
  });

  test("a cancel, to its worker", async () => {
    const { operation } = await claimed();
    const cancelling = await during(() => store.cancel(operation.id, Buffer.from("cancelled")));
    expect(cancelling).toEqual(["commit", `c${operation.name}`]);
  });

  test("a cancel of one that nobody has begun, which lets the next of its key begin", async () => {
    const { id, name } = await startOne(store, queued);
    const cancelling = await during(() => store.cancel(id, Buffer.from("cancelled")));
    expect(cancelling).toEqual(["commit", `c${name}`, "wPrintBook/queue"]);
  });

  test("work that is given back", async () => {
    const claim = await claimed();
    expect(await during(() => store.release([claim]))).toEqual(["wPrintBook/allow"]);
  });

  test("the end of one that has crashed too often, which lets the next of its key begin", async () => {
    const { operation } = await claimed({ ...queued, maxAttempts: 1 });
    await during(() => stores.crash(store));
    expect(happened.filter((line) => line !== "commit").sort()).toEqual([`c${operation.name}`, `w${method}/queue`]);
    expect(happened[0]).toBe("commit");
  });
});

describe("announcements", () => {
  /** Sends announcements over a database whose answers a test gives, and returns the payloads of each statement. */
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

  test("that come while one is sent are sent together when it was, each once", async () => {
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

  test("fill payloads that PostgreSQL takes, which are below 8,000 bytes", async () => {
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
    // Few: two that follow each other would not fit into one.
    for (const [i, payload] of payloads.slice(1).entries()) {
      expect(Buffer.byteLength(`${payloads[i]}${payload.split("\n")[0]}`)).toBeGreaterThan(7_800);
    }
  });
});
