/*
 * How stored operations are protected: each write checks whether it is still allowed.
 */
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { claimOne, newOperation, readOne, sharedStore, startOne } from "../../test/operation-stores.ts";
import type { Claim, Result, StoredOperation } from "../server/operation-store.ts";

const shared = sharedStore();
const printed: Result = { response: Buffer.from("printed") };
const preempting = { key: "presses/1", parallel: "preempt" } as const;

const sql = async (text: string, values?: unknown[]): Promise<Record<string, unknown>[]> =>
  (await shared.stores.database.query(text, values)).rows;

beforeEach(async () => {
  await sql("DELETE FROM lro.operations; DELETE FROM lro.job;");
});

const texts = ({ result, metadata }: StoredOperation): Record<string, string> => ({
  ...(metadata && { metadata: Buffer.from(metadata).toString() }),
  ...(result && "response" in result && { response: Buffer.from(result.response).toString() }),
  ...(result && "error" in result && { error: Buffer.from(result.error).toString() }),
});

async function stored({ name }: { readonly name: string }): Promise<Record<string, string>> {
  const operation = await readOne(shared.store, name);
  return operation ? texts(operation) : {};
}

/** A claim on an operation that another operation preempted. */
async function preempted(): Promise<Claim> {
  await startOne(shared.store, preempting);
  const claim = await claimOne(shared.store);
  await startOne(shared.store, preempting);
  return claim;
}

/** The claim that a worker lost on an operation, and the next claim on it. */
async function lost(): Promise<readonly [Claim, Claim]> {
  await startOne(shared.store);
  const first = await claimOne(shared.store);
  await shared.stores.crash(shared.store);
  return [first, await claimOne(shared.store)];
}

describe("a request id", () => {
  test("belongs to a principal: a retry returns the operation of the same caller", async () => {
    const { store } = shared;
    const start = async (principal: string): Promise<string> =>
      (await startOne(store, { requestId: "1", principal })).name;
    const [ann, bob] = [await start("ann"), await start("bob")];
    expect([await start("ann"), await start("bob")]).toEqual([ann, bob]);
    expect(ann).not.toBe(bob);
  });

  test("can be used again after its operation is deleted", async () => {
    const { store } = shared;
    const first = await startOne(store, { requestId: "1" });
    await store.remove(first.id);
    const second = await startOne(store, { requestId: "1", request: Buffer.from("another request") });
    expect(second.name).not.toBe(first.name);
  });

  test("identifies one request", async () => {
    const { store } = shared;
    await startOne(store, { requestId: "1" });
    const other = newOperation({ requestId: "1", request: Buffer.from("another request") });
    expect(await store.start(other)).toEqual({ refused: "mismatch" });
  });
});

test("a start fails with an InsertConflictError if the database rejects it and no stored operation conflicts", async () => {
  const { store } = shared;
  // An index that another version of the package could create.
  await sql("CREATE UNIQUE INDEX by_hand ON lro.operations (request_id)");
  onTestFinished(() => void sql("DROP INDEX lro.by_hand"));
  await startOne(store, { requestId: "1", principal: "ann" });
  await expect(store.start(newOperation({ requestId: "1", principal: "bob" }))).rejects.toMatchObject({
    name: "InsertConflictError",
    message: expect.stringMatching(/no operation with its name or request ID exists.*unique indexes of lro.operations/),
  });
  // A conflicting operation can be deleted before it is read.
  expect(await startOne(store, { requestId: "2", principal: "bob" })).toMatchObject({ done: false });
});

describe("the query for pending work", () => {
  test("is a single query that returns the methods with unclaimed work", async () => {
    let queries = 0;
    const store = await shared.stores.open((database) => ({
      ...database,
      query(text, values) {
        queries++;
        return database.query(text, values);
      },
    }));
    await store.sweep({ crashed: Buffer.from("crashed"), cancelled: Buffer.from("cancelled") });
    for (const method of ["a.B.C", "a.B.D", "a.B.E"]) {
      await startOne(store, { method });
      await startOne(store, { method, key: "1", parallel: "queue" });
    }
    await store.claim("a.B.D", 10);
    queries = 0;
    const { methods, sweep } = await store.look();
    expect(queries).toBe(1);
    expect([...methods].sort()).toEqual(["a.B.C", "a.B.E"]);
    expect(sweep).toBe(false);
  });

  test("finds work of a method that another process registered", async () => {
    const [one, another] = [shared.store, await shared.stores.open()];
    await startOne(one, { method: "a.B.New" });
    expect(await another.claim("a.B.New", 1)).toEqual([]);
    expect(await another.look()).toMatchObject({ methods: ["a.B.New"] });
    expect(await another.claim("a.B.New", 1)).toHaveLength(1);
  });

  test.each([
    ["an expired lease", "UPDATE lro.job SET heartbeat_on = now() - interval '11 seconds'"],
    [
      "an expired operation",
      "UPDATE lro.operations SET done = true, error = '', expire_time = now() - interval '1 second'",
    ],
    ["an operation whose workers crashed too often", "UPDATE lro.job SET name = 'dead', state = 'created'"],
    ["a maintenance that is due", "UPDATE lro.queue SET monitor_claim_on = now() - interval '61 seconds'"],
  ])("finds %s", async (_, happening) => {
    const { store } = shared;
    await startOne(store);
    await claimOne(store);
    await store.sweep({ crashed: Buffer.from("crashed"), cancelled: Buffer.from("cancelled") });
    expect(await store.look()).toEqual({ methods: [], sweep: false });
    await sql(happening);
    expect(await store.look()).toEqual({ methods: [], sweep: true });
  });
});

test("a name identifies one operation", async () => {
  const { store } = shared;
  const { name } = await startOne(store, { requestId: "1" });
  expect(await store.start(newOperation({ name }))).toEqual({ refused: "name-taken" });
  expect(await store.start(newOperation({ name, requestId: "2" }))).toEqual({ refused: "name-taken" });
});

test.each(["queue", "abort", "preempt"] as const)(
  "a key applies to one method, with the policy %s",
  async (parallel) => {
    const { store } = shared;
    const methods = ["acme.press.v1.PressService.PrintBook", "acme.press.v1.PressService.MovePress"];
    for (const method of methods) {
      await startOne(store, { method, key: "presses/1", parallel });
    }
    for (const method of methods) {
      expect((await claimOne(store, method)).operation).toMatchObject({ method, done: false });
    }
  },
);

describe("a preempted operation", () => {
  test("stays preempted when its handler returns", async () => {
    const claim = await preempted();
    expect(await shared.store.settle(claim, { result: printed, metadata: undefined })).toBe(false);
    expect(await stored(claim.operation)).toEqual({ error: "preempted" });
  });

  test("rolls back the writes of its commit", async () => {
    await sql("CREATE TABLE books (title text)");
    const claim = await preempted();
    const settled = await shared.store.settle(claim, async (tx) => {
      await tx.query("INSERT INTO books VALUES ('Emma')");
      return { result: printed, metadata: undefined };
    });
    expect(settled).toBe(false);
    expect(await sql("SELECT title FROM books")).toEqual([]);
  });

  test("rejects metadata", async () => {
    const claim = await preempted();
    expect(await shared.store.writeMetadata(claim, Buffer.from("50 %"))).toBe(false);
    expect(await stored(claim.operation)).toEqual({ error: "preempted" });
  });

  test("is not recorded as crashed if its worker crashes", async () => {
    const { store, stores } = shared;
    await startOne(store, { ...preempting, maxAttempts: 1 });
    const { operation } = await claimOne(store);
    await startOne(store, preempting);
    await stores.crash(store);
    await stores.crash(store);
    expect(await stored(operation)).toEqual({ error: "preempted" });
    expect(await sql("SELECT id FROM lro.job WHERE name = 'dead'")).toEqual([]);
  });
});

describe("a worker that lost its lease", () => {
  test("cannot write metadata", async () => {
    const [first, second] = await lost();
    expect(await shared.store.writeMetadata(first, Buffer.from("50 %"))).toBe(false);
    expect(await stored(second.operation)).toEqual({});
  });

  test("cannot complete the operation, even if no other attempt has started", async () => {
    const { store, stores } = shared;
    const { name } = await startOne(store);
    const claim = await claimOne(store);
    await stores.crash(store);
    expect(await store.settle(claim, { result: printed, metadata: undefined })).toBe(false);
    expect(await readOne(store, name)).toMatchObject({ done: false });
    expect(await claimOne(store)).toMatchObject({ attempt: 2 });
  });

  test("cannot complete the operation while another worker runs it", async () => {
    const [first, second] = await lost();
    expect(await shared.store.settle(first, { result: printed, metadata: undefined })).toBe(false);
    expect(await readOne(shared.store, second.operation.name)).toMatchObject({ done: false });
    expect(await shared.store.renew([first, second])).toEqual(["lost", "held"]);
  });

  test("cannot release the operation", async () => {
    const [first, second] = await lost();
    await shared.store.release([first]);
    expect(await shared.store.renew([second])).toEqual(["held"]);
    expect(await shared.store.claim(second.operation.method, 10)).toEqual([]);
  });
});

test("an operation that completes with metadata has that metadata, otherwise the latest", async () => {
  const { store } = shared;
  for (const [metadata, kept] of [
    [undefined, "50 %"],
    [Buffer.from("100 %"), "100 %"],
  ] as const) {
    await startOne(store);
    const claim = await claimOne(store);
    await store.writeMetadata(claim, Buffer.from("50 %"));
    await store.settle(claim, { result: printed, metadata });
    expect(await stored(claim.operation)).toEqual({ metadata: kept, response: "printed" });
  }
});

describe("cancel", () => {
  test("of a running operation allows it to write and to complete with any outcome", async () => {
    const { store } = shared;
    const { id } = await startOne(store);
    const claim = await claimOne(store);
    await store.cancel(id, Buffer.from("cancelled"));
    expect(await store.renew([claim])).toEqual(["cancelled"]);
    expect(await store.writeMetadata(claim, Buffer.from("50 %"))).toBe(true);
    expect(await store.settle(claim, { result: printed, metadata: undefined })).toBe(true);
    expect(await stored(claim.operation)).toEqual({ metadata: "50 %", response: "printed" });
  });

  test("is passed to the next attempt after a crash", async () => {
    const { store, stores } = shared;
    const { id } = await startOne(store);
    await claimOne(store);
    await store.cancel(id, Buffer.from("cancelled"));
    await stores.crash(store);
    expect(await claimOne(store)).toMatchObject({ attempt: 2, cancelRequested: true });
  });
});

test("a done operation is not claimed, even if its job still exists", async () => {
  const { store } = shared;
  const { name, method } = await startOne(store);
  await sql("UPDATE lro.operations SET done = true, error = 'ended', expire_time = now() + expire_after");
  expect(await store.claim(method, 10)).toEqual([]);
  expect(await stored({ name })).toEqual({ error: "ended" });
  expect(await sql("SELECT attempt FROM lro.operations")).toEqual([{ attempt: 0 }]);
  expect(await sql("SELECT id FROM lro.job")).toEqual([]);
});

test("a done operation is stored until it expires", async () => {
  const { store, stores } = shared;
  const minute = 60;
  const [soon, now] = [
    await startOne(store, { result: printed, expireAfterSeconds: minute }),
    await startOne(store, { result: printed, expireAfterSeconds: minute }),
  ];
  await sql("UPDATE lro.operations SET expire_time = expire_time - interval '1 minute' WHERE id = $1", [now.id]);
  await stores.crash(store);
  expect((await store.read([soon.name, now.name])).map(({ name }) => name)).toEqual([soon.name]);
});

test("operations with the same creation time are listed by descending ID over several pages", async () => {
  const { store } = shared;
  const ids = [3, 1, 2, 5, 4].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
  for (const id of ids) {
    await startOne(store, { id });
  }
  await sql("UPDATE lro.operations SET create_time = '2026-01-01T00:00:00.123456Z'");
  // An index scan would return them in order even if the query did not.
  await sql("SET enable_indexscan = off; SET enable_bitmapscan = off;");
  onTestFinished(() => void sql("RESET enable_indexscan; RESET enable_bitmapscan;"));
  const query = { collection: "operations", principal: undefined, filter: undefined, limit: 2 };
  const seen: string[] = [];
  let after: { createTime: string; id: string } | undefined;
  for (let page = 0; page < 3; page++) {
    const listed = await store.list({ ...query, after });
    seen.push(...listed.map(({ id }) => id));
    const last = listed.at(-1);
    after = last && { createTime: last.position, id: last.id };
  }
  expect(seen).toEqual([...ids].sort().reverse());
});
