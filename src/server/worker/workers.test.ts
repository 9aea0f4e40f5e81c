/*
 * Processes that share the work.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { describeEngines } from "../../../test/lro-servers.ts";
import { pressProcesses } from "../../../test/press-processes.ts";

describeEngines((engine) => {
  const processes = pressProcesses(engine);

  test("two workers, one key: 200 operations of each key run one at a time, in the order of their start", async () => {
    const journal = join(processes.directory(), "journal");
    // With room for one operation each, both workers are needed: there is always work of another key.
    const options = { journal, concurrency: 1 };
    const first = await processes.start(options);
    const second = engine.kind === "PGlite" ? first : await processes.start(options);
    const presses = ["presses/1", "presses/2", "presses/3"];
    const titles = Array.from({ length: 200 }, (_, i) => `book-${i}`);
    const last = new Map<string, string>();
    for (const title of titles) {
      for (const press of presses) {
        last.set(press, (await first.press.printBook({ press, title })).name);
      }
    }
    await Promise.all([...last.values()].map((name) => second.press.printBook.resume(name).wait()));
    const lines = readFileSync(journal, "utf8").trim().split("\n");
    for (const press of presses) {
      expect(lines.filter((line) => line.includes(press))).toEqual(
        titles.flatMap((title) => [`begin ${press} ${title}`, `end ${press} ${title}`]),
      );
    }
    for (const { events } of [first, second]) {
      expect(events.some(({ kind }) => kind === "began")).toBe(true);
    }
  });

  // On PGlite there is no other node.
  if (engine.kind === "PostgreSQL") {
    test("cancel on another node: the worker's signal tells it to stop", async () => {
      const [worker, other] = await Promise.all([processes.start(), processes.start({ work: false })]);
      const { name } = await other.press.printBook({ press: "presses/1", title: "hang" });
      await worker.saw("began");
      await other.operations.cancelOperation({ name });
      expect(await worker.saw("interrupted")).toMatchObject({ reason: "cancelled" });
      await expect(other.press.printBook.resume(name).wait()).rejects.toMatchObject({ code: Code.Canceled });
    });
  }
});
