/*
 * Servers without periodic tasks, so that they react only to announcements.
 */
import { describe, expect, test } from "vitest";
import { describeEngines, gate, type Press, type PressServer } from "../../test/lro-servers.ts";
import { never } from "../../test/operation-stores.ts";

const emma = { press: "presses/1", title: "Emma" };
const key = ({ press }: { press: string }): string => press;
const periods = { waitMs: never, renewMs: never, sweepMs: never, heartbeatMs: never };

describeEngines((engine) => {
  /** Opens a server that only accepts calls and another that runs operations. */
  async function open(press: Press): Promise<{ readonly api: PressServer; readonly worker: PressServer }> {
    const api = await engine.open({ ...press, periods, work: false });
    return { api, worker: await engine.open({ ...press, periods }) };
  }

  /** Waits for the outcome of an operation. */
  async function end({ operations }: PressServer, name: string): Promise<string | undefined> {
    return (await operations.waitOperation({ name })).result.case;
  }

  test("a start reaches the worker, and the outcome reaches a waiting client", async () => {
    const { api } = await open({});
    for (let i = 0; i < 3; i++) {
      const { name } = await api.press.printBook(emma);
      expect(await end(api, name)).toBe("response");
    }
  });

  test("the first operation of each method on a fresh schema reaches a worker that was started before", async () => {
    const { api } = await open({});
    const [printed, moved] = [await api.press.printBook(emma), await api.press.movePress({ destination: "Bath" })];
    expect(await end(api, printed.name)).toBe("response");
    expect(await end(api, moved.name)).toBe("response");
  });

  test("the outcome reaches a client that was already waiting", async () => {
    const [began, done] = [gate(), gate()];
    const { api } = await open({
      async printBook({ title }) {
        began.open();
        await done.passed;
        return { title };
      },
    });
    const { name } = await api.press.printBook(emma);
    await began.passed;
    const waiting = end(api, name);
    done.open();
    expect(await waiting).toBe("response");
  });

  test("when an operation completes, the next one with the same key starts", async () => {
    const { api } = await open({ printBook: { exclusive: { key, onBusy: "queue" }, run: ({ title }) => ({ title }) } });
    const started = await Promise.all(Array.from({ length: 5 }, () => api.press.printBook(emma)));
    expect(await Promise.all(started.map(({ name }) => end(api, name)))).toEqual(Array(5).fill("response"));
  });

  test("a preemption reaches the worker, and then the next operation starts", async () => {
    const began = gate();
    const reasons: string[] = [];
    const { api } = await open({
      printBook: {
        exclusive: { key, onBusy: "preempt" },
        async run({ title }, { signal }) {
          if (title === "Emma") {
            began.open();
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            reasons.push(signal.reason.reason);
          }
          return { title };
        },
      },
    });
    const first = await api.press.printBook(emma);
    await began.passed;
    const waiting = end(api, first.name);
    const second = await api.press.printBook({ ...emma, title: "Persuasion" });
    expect(await waiting).toBe("error");
    expect(await end(api, second.name)).toBe("response");
    expect(reasons).toEqual(["preempted"]);
  });

  test("a cancel request reaches the worker", async () => {
    const began = gate();
    const { api } = await open({
      async printBook(_, { signal }) {
        began.open();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        return {};
      },
    });
    const { name } = await api.press.printBook(emma);
    await began.passed;
    const waiting = end(api, name);
    await api.operations.cancelOperation({ name });
    expect(await waiting).toBe("error");
  });

  test("the cancellation of an operation that has not started reaches clients that wait on another server", async () => {
    const [api, other] = [await engine.open({ periods, work: false }), await engine.open({ periods, work: false })];
    const { name } = await api.press.printBook(emma);
    const waiting = end(api, name);
    await other.operations.cancelOperation({ name });
    expect(await waiting).toBe("error");
  });

  describe("operations beyond the concurrency limit", () => {
    test("all run in batches if they were started before the worker", async () => {
      const api = await engine.open({ periods, work: false });
      const started = await Promise.all(Array.from({ length: 20 }, () => api.press.printBook(emma)));
      await engine.open({ periods, concurrency: 3 });
      expect(await Promise.all(started.map(({ name }) => end(api, name)))).toEqual(Array(20).fill("response"));
    });

    test("all run if they are started while the worker is busy", async () => {
      const [began, done] = [gate(), gate()];
      const { api } = await open({
        concurrency: 1,
        async printBook({ title }) {
          began.open();
          await done.passed;
          return { title };
        },
      });
      const first = await api.press.printBook(emma);
      await began.passed;
      const later = await Promise.all([api.press.printBook(emma), api.press.printBook(emma)]);
      done.open();
      for (const { name } of [first, ...later]) {
        expect(await end(api, name)).toBe("response");
      }
    });
  });

  test("outcomes that are announced together reach all waiting clients, even if they exceed one payload", async () => {
    const operationName = (_: unknown, { id }: { id: string }): string => `${"é".repeat(450)}/${id}`;
    const printBook = { run: () => ({}), operationName };
    const api = await engine.open({ periods, work: false, printBook });
    const other = await engine.open({ periods, work: false, printBook });
    const started = await Promise.all(Array.from({ length: 30 }, () => api.press.printBook(emma)));
    const waiting = started.map(({ name }) => end(api, name));
    await Promise.all(started.map(({ name }) => other.operations.cancelOperation({ name })));
    expect(await Promise.all(waiting)).toEqual(Array(30).fill("error"));
  });

  test("an operation that a worker releases reaches another worker", async () => {
    const began = gate();
    const { api, worker } = await open({
      async printBook({ title }, { attempt }) {
        if (attempt === 1) {
          began.open();
          await new Promise(() => {});
        }
        return { title };
      },
    });
    const { name } = await api.press.printBook(emma);
    await began.passed;
    const waiting = end(api, name);
    await engine.open({ periods });
    await worker.lro.drain({ timeoutMs: 0 });
    expect(await waiting).toBe("response");
  });
});
