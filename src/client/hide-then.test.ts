import { expect, test } from "vitest";
import { hideThen } from "./hide-then.ts";

test("`await` does not call the method `then` of a client, which is named `then$`", async () => {
  const calls: unknown[] = [];
  // biome-ignore lint/suspicious/noThenProperty: this is the property that the function hides.
  const client = { get: () => "book", then: (request: unknown) => calls.push(request) };
  const hidden = await hideThen<{ get(): string; then$(request: unknown): number }>(client);
  expect(calls).toEqual([]);
  expect(hidden.get()).toBe("book");
  expect(hidden.then$("request")).toBe(1);
  expect(calls).toEqual(["request"]);
});
