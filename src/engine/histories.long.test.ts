import { expect, test } from "vitest";
import { followHistories } from "../../test/operation-histories.ts";
import { pgliteStores, postgresStores, type StoreDatabase } from "../../test/operation-stores.ts";

/** On PostgreSQL, several histories run concurrently, each in a separate database. */
test.each([
  ["PostgreSQL", postgresStores, 5, 1_800],
  ["PGlite", pgliteStores, 1, 1_000],
] as const)(
  "for random histories, a store on %s behaves like the model",
  async (_, open, lanes, count) => {
    async function follow(stores: StoreDatabase): Promise<number> {
      const followed = await followHistories(stores, { count, ms: 20 * 60_000 });
      await stores.close();
      return followed;
    }
    const opened = await Promise.all(Array.from({ length: lanes }, () => open()));
    expect(await Promise.all(opened.map(follow))).toEqual(Array(lanes).fill(count));
  },
  25 * 60_000,
);
