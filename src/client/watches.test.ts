import { expect, test } from "vitest";
import { followWatches } from "../../test/watch-histories.ts";

test("whatever callers, the server and time do, waits for an operation end as in the model", async () => {
  expect(await followWatches(1_000)).toBe(1_000);
});
