import { expect, test } from "vitest";
import { addedBytes } from "../../bench/client-size.ts";

test("a generated client adds at most 4.4 kB to a plain one, gzipped", async () => {
  const bytes = await addedBytes();
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(4_505);
});
