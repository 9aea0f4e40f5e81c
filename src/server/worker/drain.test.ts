import { describe, expect, test } from "vitest";
import { describeEngines, gate } from "../../../test/lro-servers.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  describe("drain", () => {
    test("lets running operations complete and starts no others", async () => {
      const [began, end] = [gate(), gate()];
      const { lro, press, operations } = await engine.open({
        concurrency: 1,
        async printBook({ title }) {
          began.open();
          await end.passed;
          return { title };
        },
      });
      const running = await press.printBook(emma);
      const queued = await press.printBook(emma);
      await began.passed;
      expect(await lro.health()).toMatchObject({ ready: true, database: "writable", working: true, running: 1 });
      const drained = lro.drain();
      expect(await lro.health()).toMatchObject({ working: false });
      end.open();
      await drained;
      expect(await operations.getOperation({ name: running.name })).toMatchObject({ done: true });
      expect(await operations.getOperation({ name: queued.name })).toMatchObject({ done: false });
      expect(await lro.health()).toMatchObject({ ready: false, database: "writable", working: false, running: 0 });
    });

    test("returns from pending waits", async () => {
      const { lro, press, operations } = await engine.open({ work: false });
      const { name } = await press.printBook(emma);
      const waiting = operations.waitOperation({ name });
      await lro.drain();
      expect(await waiting).toMatchObject({ done: false });
    });

    test("interrupts handlers before the timeout, but keeps a response that a handler still returns", async () => {
      const began = gate();
      const { lro, press, operations } = await engine.open({
        async printBook({ title }, { signal }) {
          began.open();
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          return { title: `${title}, ${signal.reason.reason}` };
        },
      });
      const { name } = await press.printBook(emma);
      await began.passed;
      await lro.drain({ timeoutMs: 500 });
      expect(await operations.getOperation({ name })).toMatchObject({ done: true, result: { case: "response" } });
    });

    test("is part of close, which can be called again", async () => {
      const { lro } = await engine.open();
      await lro.close();
      await lro.close();
      await expect(lro.start()).rejects.toThrow("the server is already closed");
    });
  });
});
