import { expect, test } from "vitest";
import { followHistories } from "../../test/operation-histories.ts";
import { pgliteStores } from "../../test/operation-stores.ts";

test("for random histories, a store behaves like the model", async () => {
  const stores = await pgliteStores();
  expect(await followHistories(stores, { count: 1_000, ms: 5_000 })).toBeGreaterThan(0);
  await stores.close();
});
