import { expect, test } from "vitest";
import { followWatches } from "../../test/watch-histories.ts";

test("waits for an operation end as in the model, regardless of callers, server, and time", async () => {
  expect(await followWatches(1_000)).toBe(1_000);
});
