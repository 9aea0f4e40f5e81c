import { createRouterTransport } from "@connectrpc/connect";
import { createFakeClock, createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createLibraryServiceClient, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import type { LroClientOptions } from "./index.ts";

const minute = 60_000;

/** Clients of one transport, and the calls of each operation, such as `Wait` and `Get`. */
function setUp(takesMs: readonly number[], ...options: LroClientOptions<typeof LibraryServiceLro>[]) {
  const clock = createFakeClock({ auto: false });
  const operations = createInMemoryOperations({ clock });
  const calls: string[][] = takesMs.map(() => []);
  let starts = 0;
  const transport = createRouterTransport(
    (router) => {
      operations.routes(router).service(LibraryService, {
        createBook: () =>
          operations.start(LibraryServiceLro.methods.createBook, { takesMs: takesMs[starts++] ?? minute }),
      });
    },
    {
      transport: {
        interceptors: [
          (next) => (request) => {
            const { name = "" } = request.message as { name?: string };
            calls[Number(name.split("/")[1]) - 1]?.push(request.method.name.replace("Operation", ""));
            return next(request);
          },
        ],
      },
    },
  );
  const clients = options.map((own) => createLibraryServiceClient(transport, { clock, ...own }));
  const waiting = (): number => operations.calls.filter((call) => call === "WaitOperation").length;
  return { clock, calls, clients, waiting };
}

describe("long polls", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("serve the operations with the earliest waits, and the others poll", async () => {
    const { clock, calls, clients } = setUp([minute, minute, minute, minute], { maxLongPolls: 2 });
    const waits = await startAll(clients, 4);
    await clock.advance(5_000);
    expect(calls.map((own) => new Set(own))).toEqual([
      new Set(["Wait"]),
      new Set(["Wait"]),
      new Set(["Get"]),
      new Set(["Get"]),
    ]);
    await clock.advance(2 * minute);
    await Promise.all(waits);
  });

  test("pass to the next operation when a wait ends, before its next poll is due", async () => {
    const polling = { initialDelayMs: 20_000, maxDelayMs: 20_000, jitter: 0 };
    const { clock, calls, clients } = setUp([1_000, minute, minute, minute], { maxLongPolls: 2, polling });
    const waits = await startAll(clients, 4);
    await clock.advance(999);
    expect(calls).toEqual([["Wait"], ["Wait"], [], []]);
    await clock.advance(1);
    expect(calls).toEqual([["Wait"], ["Wait"], ["Wait"], []]);
    await clock.advance(3 * minute);
    await Promise.all(waits);
  });

  test("are shared by the clients of a transport", async () => {
    const { clock, calls, clients } = setUp([minute, minute, minute], { maxLongPolls: 2 }, { maxLongPolls: 2 });
    const waits = await startAll([...clients, ...clients], 3);
    await clock.advance(5_000);
    expect(calls.map(([first]) => first)).toEqual(["Wait", "Wait", "Get"]);
    await clock.advance(2 * minute);
    await Promise.all(waits);
  });

  test("do not count if an operation is polled or no caller waits for it", async () => {
    const { clock, calls, clients } = setUp([minute, minute, minute], { maxLongPolls: 1 });
    const [library] = clients;
    const polled = (await library?.createBook({}, { polling: { longPollMs: 0 } }))?.wait();
    const abort = new AbortController();
    const aborted = (await library?.createBook({}))?.wait({ signal: abort.signal }).catch(() => {});
    await clock.advance(1_000);
    abort.abort();
    await aborted;
    const last = (await library?.createBook({}))?.wait();
    await clock.advance(1_000);
    expect(calls.map((own) => new Set(own))).toEqual([new Set(["Get"]), new Set(["Wait"]), new Set(["Wait"])]);
    await clock.advance(2 * minute);
    await Promise.all([polled, last]);
  });

  test("can be turned off", async () => {
    const { clock, calls, clients } = setUp([1_000], { maxLongPolls: 0 });
    const waits = await startAll(clients, 1);
    await clock.advance(10_000);
    await Promise.all(waits);
    expect(new Set(calls[0])).toEqual(new Set(["Get"]));
  });

  test.each([
    ["50 by default", undefined, 50],
    ["4 in browsers, which open six connections to a server", {}, 4],
  ])("are %s", async (_, location, expected) => {
    vi.stubGlobal("location", location);
    const { clock, clients, waiting } = setUp(Array(60).fill(minute), {});
    const waits = await startAll(clients, 60);
    await clock.advance(10);
    expect(waiting()).toBe(expected);
    await clock.advance(3 * minute);
    await Promise.all(waits);
  });
});

type Client = ReturnType<typeof createLibraryServiceClient>;

async function startAll(clients: readonly Client[], count: number): Promise<Promise<unknown>[]> {
  const waits: Promise<unknown>[] = [];
  for (let i = 0; i < count; i++) {
    const operation = await clients[i % clients.length]?.createBook({});
    waits.push(operation?.wait() ?? Promise.reject());
  }
  return waits;
}
