import { expect, onTestFinished, test } from "vitest";
import { describeEngines, openPress } from "../../../test/lro-servers.ts";
import { never } from "../../../test/operation-stores.ts";
import { createEngine, openEngine } from "../engine.ts";

const emma = { press: "presses/1", title: "Emma" };

describeEngines((engine) => {
  test("work whose announcement was lost is found, even of a method that is new to the worker", async () => {
    const deaf = createEngine(async (options) => ({
      ...(await openEngine(engine.engine(), options)),
      listen: async () => {},
    }));
    const worker = await openPress(deaf, {});
    onTestFinished(() => worker.lro.close());
    const { press } = await engine.open({ work: false, periods: { waitMs: never } });
    const printed = await press.printBook(emma);
    const moved = await press.movePress({ press: "presses/1", destination: "Bath" });
    expect(await printed.wait()).toMatchObject({ title: "Emma" });
    expect(await moved.wait()).toMatchObject({ location: "Bath" });
  });
});
