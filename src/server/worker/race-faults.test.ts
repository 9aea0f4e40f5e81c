/*
 * Races that rarely go wrong.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeEngines, gate } from "../../../test/lro-servers.ts";
import { pressProcesses } from "../../../test/press-processes.ts";
import { seededRandom } from "../../../test/seeded-random.ts";
import { times } from "../../../test/suite.ts";

const rounds = times(100, 1_000);
const headStartMs = 20;
const operationsOfKey = times(25, 200);

describeEngines((engine) => {
  const processes = pressProcesses(engine);

  test(`cancel against completion: each of ${rounds} operations has one outcome that never changes`, async () => {
    const begun = new Map<string, ReturnType<typeof gate<AbortSignal>>>();
    const gates = new Map<string, ReturnType<typeof gate>>();
    const { press, operations } = await engine.open({
      concurrency: 50,
      async printBook({ title }, { signal }) {
        begun.get(title)?.open(signal);
        await gates.get(title)?.passed;
        signal.throwIfAborted();
        return { title };
      },
    });
    const outcomes = { response: 0, error: 0 };
    const random = seededRandom(1);

    async function round(title: string): Promise<void> {
      const [began, end, interrupted] = [gate<AbortSignal>(), gate(), gate()];
      begun.set(title, began);
      gates.set(title, end);
      const { name } = await press.printBook({ press: "presses/1", title });
      (await began.passed).addEventListener("abort", () => interrupted.open());
      const cancelled = operations.cancelOperation({ name });
      // The handler returns before the cancel request reaches the database, after it reaches the handler, or in between.
      const when = random() * 3;
      await (when < 1 ? undefined : when < 2 ? interrupted.passed : sleep(headStartMs * random()));
      end.open();
      await cancelled;
      const done = await operations.waitOperation({ name });
      expect(done.done).toBe(true);
      await operations.cancelOperation({ name });
      expect(await operations.getOperation({ name })).toEqual(done);
      outcomes[done.result.case === "response" ? "response" : "error"]++;
    }

    for (let first = 0; first < rounds; first += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, i) => round(`book ${first + i}`)));
    }
    expect(outcomes.response).toBeGreaterThan(0);
    expect(outcomes.error).toBeGreaterThan(0);
    expect(await engine.sql("SELECT count(*)::int AS jobs FROM job")).toEqual([{ jobs: 0 }]);
  });

  test(`two workers, one key: ${operationsOfKey} operations of each key run one at a time, in the order of their start`, async () => {
    const journal = join(processes.directory(), "journal");
    // Each worker runs one operation at a time, so both are needed: operations with other keys are always available.
    const options = { journal, concurrency: 1 };
    const first = await processes.start(options);
    const second = engine.kind === "PGlite" ? first : await processes.start(options);
    const presses = ["presses/1", "presses/2", "presses/3"];
    const titles = Array.from({ length: operationsOfKey }, (_, i) => `book-${i}`);
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
});
