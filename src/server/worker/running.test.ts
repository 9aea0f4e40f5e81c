import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { describeEngines, gate } from "../../../test/lro-servers.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  describe("operations with one key", () => {
    const key = ({ press }: { press: string }): string => press;

    test("run concurrently if the method is not exclusive", async () => {
      const both = gate();
      let running = 0;
      const { press } = await engine.open({
        printBook: {
          async run() {
            running++;
            await (running === 2 ? both.open() : both.passed);
            return {};
          },
        },
      });
      const started = await Promise.all([press.printBook(emma), press.printBook(emma)]);
      await Promise.all(started.map((operation) => operation.wait()));
      expect(running).toBe(2);
    });

    test("run one after another, in the order of their start, with the policy queue", async () => {
      const order: string[] = [];
      const { press } = await engine.open({
        printBook: {
          exclusive: { key, onBusy: "queue" },
          async run({ title }) {
            order.push(`${title} begins`);
            await new Promise(setImmediate);
            order.push(`${title} ends`);
            return {};
          },
        },
      });
      const titles = Array.from({ length: 10 }, (_, i) => `book ${i}`);
      const started = [];
      for (const title of titles) {
        started.push(await press.printBook({ ...emma, title }));
      }
      await Promise.all(started.map((operation) => operation.wait()));
      expect(order).toEqual(titles.flatMap((title) => [`${title} begins`, `${title} ends`]));
    });

    test("are rejected until the first one is done, with the policy reject", async () => {
      const end = gate();
      const { press } = await engine.open({
        printBook: { exclusive: { key, onBusy: "reject" }, run: () => end.passed.then(() => ({})) },
      });
      const first = await press.printBook(emma);
      await expect(press.printBook(emma)).rejects.toMatchObject({ code: Code.Aborted });
      await press.printBook({ ...emma, press: "presses/2" });
      end.open();
      await first.wait();
      await (await press.printBook(emma)).wait();
    });

    test("are preempted by the latest one, which starts after they stop, with the policy preempt", async () => {
      const order: string[] = [];
      const began = gate();
      const { press } = await engine.open({
        printBook: {
          exclusive: { key, onBusy: "preempt" },
          async run({ title }, { signal }) {
            if (title === "first") {
              began.open();
              await new Promise((resolve) => signal.addEventListener("abort", resolve));
              order.push(`first stops: ${signal.reason.reason}`);
              signal.throwIfAborted();
            }
            order.push(title);
            return { title };
          },
        },
      });
      const first = await press.printBook({ ...emma, title: "first" });
      await began.passed;
      const second = await press.printBook({ ...emma, title: "second" });
      await expect(first.wait()).rejects.toMatchObject({ code: Code.Aborted });
      expect(await second.wait()).toMatchObject({ title: "second" });
      expect(order).toEqual(["first stops: preempted", "second"]);
    });
  });

  describe("cancel", () => {
    test("interrupts the handler, and the operation fails with CANCELLED", async () => {
      const began = gate();
      const { press } = await engine.open({
        async printBook(_, { signal }) {
          began.open();
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          throw new Error("some call was aborted");
        },
      });
      const operation = await press.printBook(emma);
      await began.passed;
      await operation.cancel();
      await expect(operation.wait()).rejects.toMatchObject({ code: Code.Canceled });
    });

    test("keeps the response if the handler still returns one", async () => {
      const began = gate();
      const { press } = await engine.open({
        async printBook({ title }, { signal }) {
          began.open();
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          return { title };
        },
      });
      const operation = await press.printBook(emma);
      await began.passed;
      await operation.cancel();
      expect(await operation.wait()).toMatchObject({ title: "Emma" });
    });

    test("immediately completes an operation that has not started, and its handler never runs", async () => {
      const { press } = await engine.open({ work: false });
      const operation = await press.printBook(emma);
      await operation.cancel();
      await expect(operation.wait()).rejects.toMatchObject({ code: Code.Canceled });
      expect(await engine.sql("SELECT count(*)::int AS jobs FROM job")).toEqual([{ jobs: 0 }]);
    });

    test("succeeds without effect if the operation is done", async () => {
      const { press } = await engine.open();
      const operation = await press.printBook(emma);
      await operation.wait();
      await operation.cancel();
      expect(await operation.wait()).toMatchObject({ title: "Emma" });
    });
  });

  describe("wait", () => {
    test("returns the current state after the timeout", async () => {
      const { press, operations } = await engine.open({ work: false });
      const { name } = await press.printBook(emma);
      expect(await operations.waitOperation({ name, timeout: durationFromMs(20) })).toMatchObject({ done: false });
      expect(await operations.waitOperation({ name }, { timeoutMs: 300 })).toMatchObject({ done: false });
    });

    test("returns when another process completes the operation", async () => {
      const api = await engine.open({ work: false });
      const { name } = await api.press.printBook(emma);
      const waiting = api.operations.waitOperation({ name });
      if (engine.kind === "PostgreSQL") {
        await engine.open();
      } else {
        await api.operations.cancelOperation({ name });
      }
      expect(await waiting).toMatchObject({ done: true });
    });
  });

  describe("a handler that writes its own data", () => {
    test("commits the data together with the response or not at all", async () => {
      const { press } = await engine.open({
        printBook: ({ title }, operation) =>
          operation.commit(async (tx) => {
            await tx.query("INSERT INTO books VALUES ($1)", [title]);
            if (title === "") {
              throw new ConnectError("no title", Code.InvalidArgument);
            }
            return { title };
          }),
      });
      await engine.sql("DROP TABLE IF EXISTS books");
      await engine.sql("CREATE TABLE books (title text)");
      expect(await (await press.printBook(emma)).wait()).toMatchObject({ title: "Emma" });
      await expect((await press.printBook({ press: "presses/1" })).wait()).rejects.toMatchObject({
        code: Code.InvalidArgument,
      });
      expect(await engine.sql("SELECT title FROM books")).toEqual([{ title: "Emma" }]);
    });
  });
});
