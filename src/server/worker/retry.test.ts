import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { untilAvailable } from "./retry.ts";

const unavailable = new ConnectError("no database", Code.Unavailable);

/** A task that fails with these errors, one after another, and then succeeds. */
function failing(...errors: unknown[]): () => Promise<string> {
  return async () => {
    if (errors.length > 0) {
      throw errors.shift();
    }
    return "done";
  };
}

test("a task is retried while it fails with UNAVAILABLE, and each failure is reported", async () => {
  const seen: unknown[] = [];
  expect(await untilAvailable(failing(unavailable, unavailable), (error) => seen.push(error))).toBe("done");
  expect(seen).toEqual([unavailable, unavailable]);
  expect(await untilAvailable(failing(unavailable))).toBe("done");
});

test.each([
  ["another code", new ConnectError("no book", Code.NotFound)],
  [
    "an error that has the code, but is not a ConnectError",
    Object.assign(new Error("no book"), { code: Code.Unavailable }),
  ],
])("a task that fails with %s is not retried", async (_, error) => {
  await expect(untilAvailable(failing(error))).rejects.toBe(error);
  await expect(untilAvailable(failing(unavailable, error))).rejects.toBe(error);
});

test("the callback that receives a failure can stop the retries", async () => {
  const aborted = new Error("aborted");
  const trying = untilAvailable(failing(unavailable), () => {
    throw aborted;
  });
  await expect(trying).rejects.toBe(aborted);
});
