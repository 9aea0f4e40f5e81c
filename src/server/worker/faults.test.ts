/*
 * Guarantees that hold regardless of concurrent calls.
 */

import { create } from "@bufbuild/protobuf";
import { Code, createRouterTransport } from "@connectrpc/connect";
import { expect, onTestFinished, test, vi } from "vitest";
import { describeEngines, gate, openPress } from "../../../test/lro-servers.ts";
import {
  createLibraryServiceClient,
  registerLibraryService,
} from "../../../testdata/gen/acme/library/v1/library_lro.ts";
import { BookSchema } from "../../../testdata/gen/acme/library/v1/library_pb.ts";
import { type PrintBookResponse, PrintBookResponseSchema } from "../../../testdata/gen/acme/press/v1/press_pb.ts";
import { createLroServer } from "../create-server.ts";
import { createEngine, openEngine } from "../engine.ts";

const emma = { press: "presses/1", title: "Emma" };
const key = ({ press }: { press: string }): string => press;

describeEngines((engine) => {
  test("delete while running: it is not found, its handler completes, and it does not reappear", async () => {
    const [began, end, ended] = [gate(), gate(), gate()];
    const { press, operations } = await engine.open({
      async printBook({ title }, operation) {
        began.open();
        await end.passed;
        await operation.update({ progressPercent: 50 });
        ended.open();
        return { title };
      },
    });
    const { name } = await press.printBook(emma);
    await began.passed;
    await operations.deleteOperation({ name });
    await expect(operations.getOperation({ name })).rejects.toMatchObject({ code: Code.NotFound });
    end.open();
    await ended.passed;
    await expect.poll(() => engine.sql("SELECT done FROM operations")).toEqual([{ done: true }]);
    await expect(operations.getOperation({ name })).rejects.toMatchObject({ code: Code.NotFound });
    expect((await operations.listOperations({})).operations).toEqual([]);
  });

  test("start aborts: if the job cannot be written, no operation is stored", async () => {
    const { press, operations } = await engine.open();
    await (await press.printBook(emma)).wait();
    await engine.sql("ALTER TABLE job ADD CONSTRAINT closed CHECK (state <> 'created') NOT VALID");
    await expect(press.printBook(emma)).rejects.toMatchObject({ code: Code.Internal, rawMessage: "internal error" });
    expect((await operations.listOperations({})).operations).toHaveLength(1);
    expect(await engine.sql("SELECT count(*)::int AS jobs FROM job")).toEqual([{ jobs: 0 }]);
    await engine.sql("ALTER TABLE job DROP CONSTRAINT closed");
    await (await press.printBook(emma)).wait();
  });

  test("duplicate start x50: one operation, one name, one attempt", async () => {
    let runs = 0;
    const { press, operations } = await engine.open({
      printBook({ title }) {
        runs++;
        return { title };
      },
    });
    const started = await Promise.all(
      Array.from({ length: 50 }, () => press.printBook({ ...emma, requestId: "7a0ff3bd" })),
    );
    expect(new Set(started.map(({ name }) => name)).size).toBe(1);
    await started[0]?.wait();
    expect((await operations.listOperations({})).operations).toHaveLength(1);
    expect(runs).toBe(1);
  });

  test.each<[string, () => unknown, Code]>([
    ["20 MB", () => ({ scan: new Uint8Array(20_000_000) }), Code.ResourceExhausted],
    ["another message", () => create(BookSchema, { title: "Emma" }), Code.Internal],
    ["a field of the wrong type", () => ({ scan: 7 }), Code.Internal],
    [
      "a message with a field of the wrong type",
      () => Object.assign(create(PrintBookResponseSchema), { scan: "Emma" }),
      Code.Internal,
    ],
    ["nothing", () => undefined, Code.Internal],
    ["a string", () => "Emma", Code.Internal],
  ])("huge or unserializable result: %s is recorded as an error", async (_, result, code) => {
    const { press } = await engine.open({ printBook: () => result() as PrintBookResponse });
    await expect((await press.printBook(emma)).wait()).rejects.toMatchObject({ code });
    expect(await engine.sql("SELECT count(*)::int AS jobs FROM job")).toEqual([{ jobs: 0 }]);
  });

  test("rolling upgrade: a worker without the method does not claim the operation", async () => {
    const api = await engine.open({ work: false });
    const { name } = await api.press.printBook(emma);
    await api.lro.close();

    // The old version serves only a library.
    const old = await createLroServer({ engine: engine.engine(), leaseMs: 10_000 });
    registerLibraryService(old, { createBook: () => ({ title: "Emma" }) });
    await old.start();
    const library = createLibraryServiceClient(createRouterTransport(old.routes));
    expect(await (await library.createBook({})).wait()).toMatchObject({ title: "Emma" });
    expect(await engine.sql("SELECT done, attempt FROM operations WHERE name = $1", [name])).toEqual([
      { done: false, attempt: 0 },
    ]);
    await old.close();

    const { press } = await engine.open();
    expect(await press.printBook.resume(name).wait()).toMatchObject({ title: "Emma" });
  });

  test("expiry: only done operations expire", async () => {
    const began = gate();
    const { press, operations } = await engine.open({
      printBook: {
        async run({ title }, { signal }) {
          if (title === "hang") {
            began.open();
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
          }
          return { title };
        },
      },
    });
    const [done, fresh] = [await press.printBook(emma), await press.printBook(emma)];
    await Promise.all([done.wait(), fresh.wait()]);
    const running = await press.printBook({ ...emma, title: "hang" });
    await began.passed;
    // Simulates that a month passes for all operations but one.
    await engine.sql(
      "UPDATE operations SET expire_time = expire_time - interval '31 days', create_time = create_time - interval '31 days' WHERE name <> $1",
      [fresh.name],
    );
    await expect.poll(() => engine.sql("SELECT count(*)::int AS n FROM operations")).toEqual([{ n: 2 }]);
    await expect(operations.getOperation({ name: done.name })).rejects.toMatchObject({ code: Code.NotFound });
    expect(await operations.getOperation({ name: fresh.name })).toMatchObject({ done: true });
    expect(await operations.getOperation({ name: running.name })).toMatchObject({ done: false });
  });

  test("preempt storm: of 20 operations with one key, the latest succeeds and the others are aborted", async () => {
    const ran: string[] = [];
    const { press } = await engine.open({
      printBook: {
        exclusive: { key, onBusy: "preempt" },
        async run({ title }, { signal }) {
          if (title !== "book 19") {
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
          }
          signal.throwIfAborted();
          ran.push(title);
          return { title };
        },
      },
    });
    const started = [];
    for (let i = 0; i < 20; i++) {
      started.push(await press.printBook({ ...emma, title: `book ${i}` }));
    }
    const outcomes = await Promise.all(started.map((operation) => operation.outcome()));
    expect(outcomes.pop()).toMatchObject({ status: "succeeded", response: { title: "book 19" } });
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: "failed", error: { code: Code.Aborted } });
    }
    expect(ran).toEqual(["book 19"]);
    await expect.poll(() => engine.sql("SELECT count(*)::int AS jobs FROM job")).toEqual([{ jobs: 0 }]);
  });

  test("preempt storm: of 20 concurrent operations with one key, one is not preempted", async () => {
    const { press } = await engine.open({
      printBook: { exclusive: { key, onBusy: "preempt" }, run: ({ title }) => ({ title }) },
      work: false,
    });
    const started = await Promise.all(
      Array.from({ length: 20 }, (_, i) => press.printBook({ ...emma, title: `book ${i}` })),
    );
    const states = await engine.sql("SELECT done, count(*)::int AS n FROM operations GROUP BY done ORDER BY done");
    expect(states).toEqual([
      { done: false, n: 1 },
      { done: true, n: started.length - 1 },
    ]);
    await expect.poll(() => engine.sql("SELECT count(*)::int AS jobs FROM job")).toEqual([{ jobs: 1 }]);
  });

  test("long attempt: an attempt keeps its lease for a year while its worker sends heartbeats", async () => {
    const [began, end] = [gate(), gate()];
    const { press, operations } = await engine.open({
      async printBook(_, { attempt }) {
        began.open();
        await end.passed;
        return { title: `attempt ${attempt}` };
      },
    });
    const operation = await press.printBook(emma);
    await began.passed;
    await engine.sql("UPDATE job SET started_on = started_on - interval '1 year'");
    // Maintenance looks for expired jobs.
    const swept = (): Promise<unknown> => engine.sql("SELECT monitor_on FROM queue WHERE name LIKE '%PrintBook%'");
    for (let sweep = 0; sweep < 2; sweep++) {
      const before = await swept();
      await engine.sql("UPDATE queue SET monitor_claim_on = now() - interval '1 hour'");
      await expect.poll(swept).not.toEqual(before);
    }
    expect(await operations.getOperation({ name: operation.name })).toMatchObject({ done: false });
    end.open();
    expect(await operation.wait()).toMatchObject({ title: "attempt 1" });
  });

  test("lost wake-up: a wait returns if the operation completes between its read and its response", async () => {
    // Disable polling, which would find the outcome later.
    vi.useFakeTimers({ toFake: ["setInterval"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    let afterRead = async (): Promise<void> => {};
    const slow = createEngine(async (options) => {
      const store = await openEngine(engine.engine(), options);
      const read: typeof store.read = async (names) => {
        const found = await store.read(names);
        await afterRead();
        return found;
      };
      return { ...store, read };
    });
    const other = await engine.open({ work: false });
    const { lro, press, operations } = await openPress(slow, { work: false });
    const { name } = await press.printBook(emma);
    afterRead = async () => {
      afterRead = async () => {};
      await other.operations.cancelOperation({ name });
    };
    expect(await operations.waitOperation({ name })).toMatchObject({ done: true });
    await lro.close();
  });

  test("lost lease: an operation whose lease expired runs again, and the earlier attempt cannot write", async () => {
    const [began, passed] = [gate(), gate()];
    const reasons: string[] = [];
    const { press } = await engine.open({
      async printBook(_, operation) {
        if (operation.attempt === 1) {
          began.open();
          await passed.passed;
          for (const write of [
            () => operation.update({ progressPercent: 1 }),
            () => operation.commit(() => ({ title: "zombie" })),
          ]) {
            reasons.push(await write().then(String, ({ reason }) => reason));
          }
          return { title: "zombie" };
        }
        return { title: `attempt ${operation.attempt}` };
      },
    });
    const operation = await press.printBook(emma);
    await began.passed;
    await engine.sql("UPDATE job SET heartbeat_on = now() - interval '1 day'");
    // The same worker has capacity for the second attempt only after it discards the first.
    await expect.poll(() => engine.sql("SELECT attempt FROM operations")).toEqual([{ attempt: 2 }]);
    passed.open();
    expect(await operation.wait()).toMatchObject({ title: "attempt 2" });
    await expect.poll(() => reasons).toEqual(["lease-lost", "lease-lost"]);
    expect(await operation.wait()).toMatchObject({ title: "attempt 2" });
  });

  test("paging under writes: no operation is repeated or skipped", async () => {
    const { press, operations } = await engine.open({ work: false });
    const names: string[] = [];
    for (let i = 0; i < 30; i++) {
      names.push((await press.printBook(emma)).name);
    }
    const kept = names.filter((_, i) => i % 3 !== 0);
    const seen: string[] = [];
    let pageToken = "";
    for (let page = 0; page === 0 || pageToken !== ""; page++) {
      const response = await operations.listOperations({ pageSize: 4, pageToken });
      seen.push(...response.operations.map(({ name }) => name));
      pageToken = response.nextPageToken;
      await press.printBook(emma);
      await operations.deleteOperation({ name: names[page * 3] ?? "" });
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((name) => kept.includes(name))).toEqual(kept.reverse());
  });
});
