import fc from "fast-check";
import { expect, test } from "vitest";
import { follow, histories, historyStores } from "../../test/operation-histories.ts";
import { pgliteStores } from "../../test/operation-stores.ts";

test("whatever clients, workers and time do, a store on PGlite does as the model", async () => {
  const stores = await pgliteStores();
  const given = await historyStores(stores);
  const began = performance.now();
  let followed = 0;
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      await follow(given, steps);
      followed++;
    }),
    { numRuns: 1_000, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false },
  );
  await stores.close();
  console.log(followed, performance.now() - began);
  expect(followed).toBeGreaterThan(50);
});
