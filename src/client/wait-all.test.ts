import type { Empty } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { createFakeClock, createInMemoryOperations, type OperationScript } from "protoc-gen-ts-lro/testing";
import { describe, expect, expectTypeOf, test } from "vitest";
import { createLibraryServiceClient, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import type { Book, OperationMetadata } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { type DoneOperation, type Operation, OperationError, outcomesOf, raceAll, waitAll } from "./index.ts";

const { createBook } = LibraryServiceLro.methods;

/** A client with operations that take these times, whose titles are their indexes. */
function setUp(times: readonly number[], { waitOperation = true } = {}) {
  const clock = createFakeClock();
  const server = createInMemoryOperations({ clock, waitOperation });
  let calls = 0;
  const active = new Set<AbortSignal>();
  let peak = 0;
  const transport = createRouterTransport(server.routes, {
    transport: {
      interceptors: [
        (next) => async (request) => {
          calls++;
          active.add(request.signal);
          // The transport ends an aborted call a little later.
          peak = Math.max(peak, [...active].filter(({ aborted }) => !aborted).length);
          try {
            return await next(request);
          } finally {
            active.delete(request.signal);
          }
        },
      ],
    },
  });
  const library = createLibraryServiceClient(transport, { clock });
  const start = (script: OperationScript<Book, OperationMetadata>): Operation<Book, OperationMetadata> =>
    library.createBook.resume(server.start(createBook, script).name);
  const operations = times.map((takesMs, index) => start({ takesMs, response: { title: `${index}` } }));
  return { clock, library, start, operations, calls: () => calls, peak: () => peak };
}

const titlesOf = (done: readonly DoneOperation<Operation<Book, OperationMetadata>>[]) =>
  done.map(({ outcome }) => (outcome.status === "succeeded" ? outcome.response.title : outcome.status));

describe("waitAll", () => {
  test("returns the responses in the order of the operations", async () => {
    const { operations, clock } = setUp([3_000, 1_000, 2_000]);
    const books = await waitAll(operations, { clock });
    expectTypeOf(books).toEqualTypeOf<Book[]>();
    expect(books.map(({ title }) => title)).toEqual(["0", "1", "2"]);
    expect(clock.now()).toBeLessThan(3_500);
  });

  test("infers the type of each response", async () => {
    const { operations, library, clock } = setUp([0]);
    const [first] = operations as [Operation<Book, OperationMetadata>];
    const types = () => waitAll([first, library.deleteBook.resume("operations/2")]);
    expectTypeOf(types).returns.resolves.toEqualTypeOf<[Book, Empty]>();
    expect((await waitAll([first], { clock }))[0].title).toBe("0");
    expect(await waitAll([])).toEqual([]);
  });

  test("fails with the first failure and leaves no timer or call", async () => {
    const { operations, start, clock } = setUp([60_000, 60_000]);
    const failing = start({ takesMs: 1_000, error: new ConnectError("no paper", Code.Aborted) });
    await expect(waitAll([...operations, failing], { clock })).rejects.toBeInstanceOf(OperationError);
    expect(clock.now()).toBeLessThan(2_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.pending).toBe(0);
  });

  test("polls an operation once that is passed twice", async () => {
    const { operations, clock, calls } = setUp([1_000]);
    const [first] = operations as [Operation<Book, OperationMetadata>];
    const books = await waitAll([first, first, first], { clock });
    expect(books.map(({ title }) => title)).toEqual(["0", "0", "0"]);
    expect(calls()).toBe(1);
  });

  test("polls at most the permitted number of operations concurrently", async () => {
    const { operations, clock, peak } = setUp(Array(50).fill(10_000));
    expect(await waitAll(operations, { clock, concurrency: 5 })).toHaveLength(50);
    expect(peak()).toBe(5);
  });

  test("applies its timeout to all operations together", async () => {
    const { operations, clock } = setUp(Array(10).fill(3_600_000));
    await expect(waitAll(operations, { clock, concurrency: 3, timeoutMs: 10_000 })).rejects.toMatchObject({
      name: "WaitTimeoutError",
    });
    expect(clock.now()).toBeGreaterThanOrEqual(10_000);
    expect(clock.now()).toBeLessThan(11_000);
  });

  test("ends when its signal aborts, before or during the wait", async () => {
    const { operations, clock } = setUp([3_600_000, 3_600_000]);
    await expect(waitAll(operations, { clock, signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "WaitAbortedError",
    });
    const abort = new AbortController();
    clock.schedule(() => abort.abort(new Error("enough")), 5_000);
    await expect(waitAll(operations, { clock, signal: abort.signal })).rejects.toMatchObject({
      name: "WaitAbortedError",
      cause: new Error("enough"),
    });
    expect(clock.now()).toBe(5_000);
  });

  test.each([0, -1, Number.NaN])("rejects a concurrency of %d", async (concurrency) => {
    const { operations } = setUp([0]);
    await expect(waitAll(operations, { concurrency })).rejects.toThrow(/^concurrency is /);
  });
});

describe("raceAll", () => {
  test("returns the first operation that is done, with its outcome", async () => {
    const { operations, clock } = setUp([3_000, 1_000, 2_000]);
    const { operation, outcome } = await raceAll(operations, { clock });
    expect(operation).toBe(operations[1]);
    expect(outcome).toMatchObject({ status: "succeeded", response: { title: "1" } });
  });

  test("returns it even if there are more operations than concurrent polls", async () => {
    const { operations, clock } = setUp([...Array(30).fill(86_400_000), 20_000], { waitOperation: false });
    const { outcome } = await raceAll(operations, { clock, concurrency: 3 });
    expect(outcome).toMatchObject({ response: { title: "30" } });
    expect(clock.now()).toBeLessThan(60_000);
  });

  test("returns a failure, too", async () => {
    const { operations, start, clock } = setUp([60_000]);
    const failing = start({ takesMs: 1_000, error: new ConnectError("no paper", Code.Aborted) });
    const { operation, outcome } = await raceAll([...operations, failing], { clock });
    expect(operation).toBe(failing);
    expect(outcome.status).toBe("failed");
  });

  test("rejects an empty list", async () => {
    await expect(raceAll([])).rejects.toThrow(RangeError);
  });
});

describe("outcomesOf", () => {
  test("yields operations in the order in which they become done", async () => {
    const { operations, clock } = setUp([3_000, 1_000, 2_000]);
    const done = [];
    for await (const next of outcomesOf(operations, { clock })) {
      done.push(next);
    }
    expect(titlesOf(done)).toEqual(["1", "2", "0"]);
  });

  test("polls less often, the longer the operations take", async () => {
    const { operations, clock, calls } = setUp(Array(10).fill(900_000), { waitOperation: false });
    for await (const _ of outcomesOf(operations, { clock, concurrency: 2 })) {
      break;
    }
    // Each of the two concurrent polls has less than one call a second.
    expect(calls()).toBeLessThan((2 * clock.now()) / 1_000);
  });

  test("stops polling when the loop over it ends", async () => {
    const { operations, clock } = setUp([1_000, 86_400_000]);
    for await (const { operation } of outcomesOf(operations, { clock })) {
      expect(operation).toBe(operations[0]);
      break;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBeLessThan(2_000);
  });
});
