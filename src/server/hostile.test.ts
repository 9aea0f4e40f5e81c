/*
 * Invalid errors and log functions that throw: they change neither the outcome of the operation nor the process.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { describePGlite } from "../../test/lro-servers.ts";
import type { LroLogEntry } from "./index.ts";

const emma = { press: "presses/1", title: "Emma" };
const internal = { code: Code.Internal, status: { message: "internal error" } };

function refuse(): never {
  throw new Error("hostile");
}
const traps = { get: refuse, getPrototypeOf: refuse, has: refuse, ownKeys: refuse, getOwnPropertyDescriptor: refuse };
const hostile = (): object => new Proxy(new ConnectError("x", Code.NotFound), traps);

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
  vi.restoreAllMocks();
  expect(unhandled.splice(0)).toEqual([]);
});

describePGlite((engine) => {
  describe.each<[string, () => unknown]>([
    ["a Proxy whose traps throw", hostile],
    ["an error whose cause is such a Proxy", () => new Error("x", { cause: hostile() })],
    ["an error whose code is such a Proxy", () => Object.assign(new ConnectError("x"), { code: hostile() })],
  ])("%s", (_, create) => {
    test("that a handler throws fails the operation with INTERNAL or UNKNOWN and is logged", async () => {
      vi.spyOn(console, "error").mockImplementation(() => {});
      const { press, lro } = await engine.open({
        log: undefined,
        printBook() {
          throw create();
        },
      });
      const error = await (await press.printBook(emma)).wait().catch((error: unknown) => error);
      expect([Code.Internal, Code.Unknown]).toContain((error as ConnectError).code);
      expect(await lro.health()).toMatchObject({ working: true });
    });

    test("that a commit throws fails the operation", async () => {
      const { press } = await engine.open({
        printBook: (_, operation) =>
          operation.commit(() => {
            throw create();
          }),
      });
      const error = await (await press.printBook(emma)).wait().catch((error: unknown) => error);
      expect([Code.Internal, Code.Unknown]).toContain((error as ConnectError).code);
    });

    test("that validate throws fails the call", async () => {
      const { press } = await engine.open({
        printBook: {
          run: ({ title }) => ({ title }),
          validate() {
            throw create();
          },
        },
      });
      const error = await press.printBook(emma).catch((error: unknown) => error);
      expect([Code.Internal, Code.Unknown]).toContain((error as ConnectError).code);
    });
  });

  test.each([0, 17, 1.5, -1, Number.NaN])("an error of a handler with the code %d becomes UNKNOWN", async (code) => {
    const { press } = await engine.open({
      printBook() {
        throw new ConnectError("odd", code as Code);
      },
    });
    await expect((await press.printBook(emma)).wait()).rejects.toMatchObject({
      code: Code.Unknown,
      status: { code: Code.Unknown, message: "odd" },
    });
  });

  test.each<[string, (entry: LroLogEntry) => void]>([
    ["throws", refuse],
    ["returns a promise that is rejected", () => Promise.reject(new Error("hostile"))],
  ])("a log function that %s harms neither operations nor the process", async (_, log) => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const { press, lro } = await engine.open({
      log,
      printBook({ title }) {
        if (title === "Emma") {
          throw new Error("no paper");
        }
        return { title };
      },
    });
    await expect((await press.printBook(emma)).wait()).rejects.toMatchObject(internal);
    expect(await (await press.printBook({ ...emma, title: "Sanditon" })).wait()).toMatchObject({ title: "Sanditon" });
    await lro.drain();
    expect(reported.mock.calls).toContainEqual([
      'the log function failed for the entry "the handler failed"',
      expect.objectContaining({ message: "hostile" }),
    ]);
  });
});
