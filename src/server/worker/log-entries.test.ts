/*
 * The log entries of failures and delays.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { describeEngines, gate, leaseSeconds, openPress, type Press } from "../../../test/lro-servers.ts";
import { never } from "../../../test/operation-stores.ts";
import { createEngine, openEngine } from "../engine.ts";
import type { LroLogEntry } from "../log.ts";
import type { OperationStore } from "../operation-store.ts";

const emma = { press: "presses/1", title: "Emma" };
const method = "acme.press.v1.PressService.PrintBook";
const worker = expect.stringMatching(/^\S+:\d+$/);

describeEngines((engine) => {
  /** Opens a server and collects its log entries. */
  async function openLogged(
    press: Press,
  ): Promise<Awaited<ReturnType<typeof openPress>> & { readonly entries: LroLogEntry[] }> {
    const entries: LroLogEntry[] = [];
    const server = await engine.open({ log: (entry) => entries.push(entry), ...press });
    return { ...server, entries };
  }

  async function crashedClaim(): Promise<void> {
    const options = { leaseSeconds, sweepSeconds: 1, heartbeatMs: never, log: () => {} };
    const store = await openEngine(engine.engine(), options);
    onTestFinished(() => store.close());
    expect(await store.claim(method, 1)).toHaveLength(1);
    await engine.leasesPass();
  }

  test("schema created, and nothing for an operation that succeeds", async () => {
    const { press, lro, entries } = await openLogged({});
    expect(entries).toEqual([
      {
        level: "info",
        message: expect.stringMatching(/^created the tables of schema "test\d+", version \d+$/),
        worker,
      },
    ]);
    await (await press.printBook(emma)).wait();
    await engine.open({ log: (entry) => entries.push(entry), work: false });
    expect(entries).toHaveLength(1);
    expect(await lro.health()).toMatchObject({ ready: true });
  });

  test("takeover after a crash", async () => {
    const { press } = await engine.open({ work: false });
    const operation = await press.printBook(emma);
    await crashedClaim();
    const { entries } = await openLogged({});
    await operation.wait();
    expect(entries).toEqual([
      {
        ...{ level: "warn", operation: operation.name, method, attempt: 2, worker },
        message: "takes over the operation: the worker of the previous attempt crashed or lost its lease",
      },
    ]);
  });

  test("failed after too many crashes", async () => {
    const handler: Press = { printBook: { run: ({ title }) => ({ title }), maxCrashes: 1 } };
    const { press } = await engine.open({ ...handler, work: false });
    const operation = await press.printBook(emma);
    await crashedClaim();
    const { entries } = await openLogged(handler);
    await expect(operation.wait()).rejects.toMatchObject({ code: Code.Internal });
    await expect
      .poll(() => entries)
      .toEqual([
        {
          ...{ level: "error", operation: operation.name, method, attempt: 1, worker },
          message: "the operation failed because its workers crashed or lost their leases too often",
        },
      ]);
  });

  test("lease lost, and a handler that ignores its signal", async () => {
    const end = gate();
    onTestFinished(() => end.open());
    const { press, entries } = await openLogged({
      periods: { renewMs: 20, ignoredMs: 10, ignoredAgainMs: 30 },
      async printBook({ title }, { attempt }) {
        if (attempt === 1) {
          await end.passed;
        }
        return { title };
      },
    });
    const operation = await press.printBook(emma);
    await expect.poll(() => engine.sql("SELECT attempt FROM operations")).toEqual([{ attempt: 1 }]);
    await engine.sql("UPDATE job SET retry_count = retry_count + 1");
    const about = { level: "warn", operation: operation.name, method, attempt: 1, worker };
    const ignored = expect.stringMatching(
      /^the handler ignores its signal: it was interrupted \(lease-lost\) \d+ s ago/,
    );
    await expect.poll(() => entries.length).toBeGreaterThan(3);
    expect(entries.slice(1, 4)).toEqual([
      { ...about, message: "the lease was lost: another worker may run the operation" },
      { ...about, message: ignored },
      { ...about, message: ignored },
    ]);
    end.open();
  });

  test.each([
    ["info", new ConnectError("no paper", Code.ResourceExhausted)],
    ["error", new Error("no paper")],
  ] as const)("a failed attempt, at level %s", async (level, error) => {
    const { press, entries } = await openLogged({
      printBook() {
        throw error;
      },
    });
    const operation = await press.printBook(emma);
    await operation.outcome();
    expect(entries[1]).toEqual({
      ...{ level, message: "the handler failed", operation: operation.name, method, attempt: 1, worker, error },
    });
  });

  test("a retried commit", async () => {
    let calls = 0;
    const { press, entries } = await openLogged({
      printBook: ({ title }, { commit }) =>
        commit(() => {
          if (++calls === 1) {
            throw new ConnectError("busy", Code.Unavailable);
          }
          return { title };
        }),
    });
    const operation = await press.printBook(emma);
    await operation.wait();
    expect(entries[1]).toEqual({
      ...{ level: "warn", operation: operation.name, method, attempt: 1, worker },
      message: "the commit failed: the worker will retry",
      error: expect.objectContaining({ code: Code.Unavailable }),
    });
  });

  test("draining, and each released operation", async () => {
    const began = gate();
    const { lro, press, entries } = await openLogged({
      async printBook(_, { signal }) {
        began.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw signal.reason;
      },
    });
    const operation = await press.printBook(emma);
    await began.passed;
    await lro.drain({ timeoutMs: 0 });
    expect(entries.slice(1)).toEqual([
      { level: "info", message: "draining: 1 operation is running", worker },
      {
        ...{ level: "info", operation: operation.name, method, attempt: 1, worker },
        message: "released the operation: another worker will run it",
      },
    ]);
  });

  test("operations that no worker runs, once", async () => {
    const entries: LroLogEntry[] = [];
    const { press } = await engine.open({ work: false });
    await press.printBook(emma);
    const later = createEngine(async (options): Promise<OperationStore> => {
      const store = await openEngine(engine.engine(), options);
      return { ...store, claim: async () => [] };
    });
    await engine.sql("UPDATE job SET created_on = created_on - interval '1 hour'");
    const { lro } = await openPress(later, { log: (entry) => entries.push(entry), periods: { waitingMs: 20 } });
    onTestFinished(() => lro.close());
    await expect
      .poll(() => entries)
      .toEqual([
        {
          ...{ level: "warn", method, worker },
          message: expect.stringMatching(
            /^operations have waited for \d+ s and no worker runs any: start a process that /,
          ),
        },
      ]);
  });
});
