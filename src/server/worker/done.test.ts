/*
 * The signal and the log entries of a handler whose operation is done.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { describeEngines, gate, openPress } from "../../../test/lro-servers.ts";
import { createEngine, openEngine } from "../engine.ts";
import type { RunningOperation } from "../handler.ts";
import type { LroLogEntry } from "../log.ts";
import type { OperationStore } from "../operation-store.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  test("a commit whose reply was lost succeeds without an interruption", async () => {
    const entries: LroLogEntry[] = [];
    const reasons: unknown[] = [];
    let replies = 0;
    const lossy = createEngine(async (options) => {
      const store = await openEngine(engine.engine(), options);
      const settle: OperationStore["settle"] = async (...args) => {
        const settled = await store.settle(...args);
        if (++replies === 1) {
          throw new ConnectError("the reply was lost", Code.Unavailable);
        }
        return settled;
      };
      return { ...store, settle };
    });
    const { lro, press } = await openPress(lossy, {
      log: (entry) => entries.push(entry),
      async printBook({ title }, operation) {
        operation.signal.addEventListener("abort", () => reasons.push(operation.signal.reason));
        return await operation.commit(() => ({ title }));
      },
    });
    onTestFinished(() => lro.close());
    expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
    await lro.drain();
    expect(replies).toBe(2);
    expect(reasons).toEqual([]);
    expect(entries.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("a renewal after a commit does not interrupt the handler", async () => {
    const reasons: unknown[] = [];
    const renewed = gate();
    let committed = false;
    const watched = createEngine(async (options) => {
      const store = await openEngine(engine.engine(), options);
      const settle: OperationStore["settle"] = async (...args) => {
        const settled = await store.settle(...args);
        committed = true;
        await renewed.passed;
        return settled;
      };
      const renew: OperationStore["renew"] = async (claims) => {
        const wasCommitted = committed;
        const states = await store.renew(claims);
        if (wasCommitted) {
          setImmediate(renewed.open);
        }
        return states;
      };
      return { ...store, settle, renew };
    });
    const { lro, press } = await openPress(watched, {
      periods: { renewMs: 20 },
      async printBook({ title }, operation) {
        operation.signal.addEventListener("abort", () => reasons.push(operation.signal.reason));
        return await operation.commit(() => ({ title }));
      },
    });
    onTestFinished(() => lro.close());
    expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
    await lro.drain();
    expect(reasons).toEqual([]);
  });

  test("a handler that throws after its commit is not logged as failed", async () => {
    const entries: LroLogEntry[] = [];
    const thrown = new Error("no glue");
    const { lro, press } = await engine.open({
      log: (entry) => entries.push(entry),
      async printBook({ title }, operation) {
        await operation.commit(() => ({ title }));
        throw thrown;
      },
    });
    const operation = await press.printBook(emma);
    expect(await operation.wait()).toMatchObject({ title: "Emma" });
    await lro.drain();
    expect(entries.filter(({ operation: name }) => name === operation.name)).toMatchObject([
      {
        level: "warn",
        message: "the handler threw an error after its commit, which completed the operation: the response is kept",
        error: thrown,
      },
    ]);
  });

  test("a leaked operation is neither interrupted nor written after its handler returned", async () => {
    let leaked: RunningOperation | undefined;
    const reasons: unknown[] = [];
    const { lro, press } = await engine.open({
      periods: { renewMs: 20 },
      printBook({ title }, operation) {
        leaked = operation;
        operation.signal.addEventListener("abort", () => reasons.push(operation.signal.reason));
        return { title };
      },
    });
    const { name, wait } = await press.printBook(emma).then((operation) => ({
      name: operation.name,
      wait: () => operation.wait(),
    }));
    await wait();
    const late = `operation ${name} is already done: do not call update or commit after a commit, or after run returned`;
    await expect(leaked?.update({ progressPercent: 1 })).rejects.toThrow(late);
    await expect(leaked?.commit(() => ({ title: "late" }))).rejects.toThrow(late);
    await lro.drain();
    expect(reasons).toEqual([]);
  });
});
