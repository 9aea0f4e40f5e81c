import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import {
  createLibraryServiceClient,
  type LibraryServiceClient,
  LibraryServiceLro,
} from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { createFakeClock, createInMemoryOperations, type FakeClock, type InMemoryOperations } from "./index.ts";

const minute = 60_000;
const { createBook, deleteBook } = LibraryServiceLro.methods;

interface Library {
  readonly clock: FakeClock;
  readonly operations: InMemoryOperations;
  readonly library: LibraryServiceClient;
}

function setUp(options: { waitOperation?: boolean } = {}): Library {
  const clock = createFakeClock();
  const operations = createInMemoryOperations({ clock, ...options });
  const transport = createRouterTransport((router) => {
    operations.routes(router).service(LibraryService, {
      createBook: ({ book }) =>
        operations.start(createBook, {
          takesMs: 30 * minute,
          metadata: (elapsedMs) => ({ progressPercent: Math.floor((100 * elapsedMs) / (30 * minute)) }),
          response: book ?? {},
        }),
      deleteBook: () => {
        const details = [{ desc: ErrorInfoSchema, value: { reason: "LENT" } }];
        const error = new ConnectError("a copy is lent", Code.FailedPrecondition, undefined, details);
        return operations.start(deleteBook, { takesMs: minute, error });
      },
    });
  });
  return { clock, operations, library: createLibraryServiceClient(transport, { clock }) };
}

test("the name of a deleted operation is not used again", async () => {
  const { library } = setUp();
  const first = await library.createBook({});
  await library.createBook({});
  await first.delete();
  expect((await library.createBook({})).name).toBe("operations/3");
});

describe.each([true, false])("an in-memory operation, with WaitOperation: %s", (waitOperation) => {
  test("advances the fake clock and takes no real time", async () => {
    const { library, clock } = setUp({ waitOperation });
    const op = await library.createBook({ book: { title: "Emma" } });
    expect((await op.wait()).title).toBe("Emma");
    expect(clock.now()).toBeGreaterThanOrEqual(30 * minute);
    expect(clock.now()).toBeLessThan(31 * minute);
    expect(clock.pending).toBe(0);
  });

  test("reports progress", async () => {
    const { library } = setUp({ waitOperation });
    const seen: number[] = [];
    for await (const { metadata } of (await library.createBook({})).updates()) {
      seen.push(metadata?.progressPercent ?? -1);
    }
    expect(seen.at(0)).toBe(0);
    expect(seen.at(-1)).toBe(100);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(100);
  });

  test("fails with the error of its script", async () => {
    const { library } = setUp({ waitOperation });
    const outcome = await (await library.deleteBook({})).outcome();
    if (outcome.status === "succeeded") {
      throw new Error("it should have failed");
    }
    expect(outcome.error).toMatchObject({ code: Code.FailedPrecondition, status: { message: "a copy is lent" } });
    expect(outcome.error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "LENT" }]);
  });

  test("can be cancelled and is then done immediately", async () => {
    const { library, clock } = setUp({ waitOperation });
    const op = await library.createBook({});
    await op.cancel();
    expect(await op.outcome()).toMatchObject({ status: "cancelled" });
    expect(clock.now()).toBeLessThan(minute);
  });
});

test("calls are recorded", async () => {
  const { library, operations } = setUp();
  await (await library.deleteBook({})).outcome();
  expect(operations.calls).toEqual(["WaitOperation", "WaitOperation"]);
});

describe("a fake clock", () => {
  test("without auto runs due timers in order when it is advanced", async () => {
    const clock = createFakeClock({ auto: false });
    const fired: string[] = [];
    clock.schedule(() => fired.push(`b at ${clock.now()}`), 20);
    clock.schedule(() => {
      fired.push(`a at ${clock.now()}`);
      clock.schedule(() => fired.push(`c at ${clock.now()}`), 10);
    }, 10);
    const drop = clock.schedule(() => fired.push("never"), 15);
    drop();
    await clock.advance(19);
    expect(fired).toEqual(["a at 10"]);
    await clock.advance(1);
    expect(fired).toEqual(["a at 10", "b at 20", "c at 20"]);
    expect([clock.now(), clock.pending]).toEqual([20, 0]);
  });

  test("with auto stands still while no timer is scheduled", async () => {
    const clock = createFakeClock();
    await new Promise<void>((resolve) => clock.schedule(resolve, 1_000));
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(clock.now()).toBe(1_000);
    await new Promise<void>((resolve) => clock.schedule(resolve, 1_000));
    expect(clock.now()).toBe(2_000);
  });
});
