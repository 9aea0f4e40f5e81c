import { create, createRegistry, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { late, running, type Script, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { createLibraryServiceClient, type LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { RetryInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { createOperationsClient, type LroClientOptions, type PollingOptions } from "./index.ts";
import { layeredPolling, retryDelayMs } from "./polling.ts";

describe("numbers", () => {
  const { transport } = scriptedServer({});

  test.each([
    ["delayMultiplier", 0],
    ["delayMultiplier", 0.5],
    ["delayMultiplier", Number.NaN],
    ["initialDelayMs", -1],
    ["initialDelayMs", Number.NaN],
    ["maxDelayMs", -1],
    ["jitter", 20],
    ["jitter", -0.1],
    ["pollTimeoutMs", Number.NaN],
    ["longPollMs", -1],
    ["retryForMs", Number.NaN],
    ["totalTimeoutMs", Number.NaN],
  ])("polling.%s of %s is rejected when the client is created or the call is made", async (option, value) => {
    const polling = { [option]: value };
    const refused = `polling.${option} is ${value}: use a number from`;
    const create = (options: LroClientOptions<typeof LibraryServiceLro>) => () =>
      createLibraryServiceClient(transport, options);
    expect(create({ polling })).toThrow(RangeError);
    expect(create({ polling })).toThrow(refused);
    expect(create({ methods: { createBook: { polling } } })).toThrow(refused);
    expect(() => createOperationsClient(transport, { polling, registry: createRegistry() })).toThrow(refused);
    let starts = 0;
    const { library } = scriptedServer({ start: async () => ({ name: `operations/${++starts}` }) });
    await expect(library.createBook({}, { polling })).rejects.toThrow(refused);
    expect(() => library.createBook.resume("operations/1", { polling })).toThrow(refused);
    expect(starts).toBe(0);
  });

  test("maxLongPolls of -1 is rejected", () => {
    expect(() => createLibraryServiceClient(transport, { maxLongPolls: -1 })).toThrow("maxLongPolls is -1");
    expect(() => createLibraryServiceClient(transport, { maxLongPolls: Number.NaN })).toThrow(RangeError);
  });

  test("a timeoutMs of NaN is rejected by every call", async () => {
    const { library, calls } = scriptedServer({});
    const op = library.createBook.resume("operations/1");
    const options = { timeoutMs: Number.NaN };
    const refused = "timeoutMs is NaN: use a number from";
    const all = [op.wait(options), op.outcome(options), op.poll(options), op.cancel(options), op.delete(options)];
    for (const call of [...all, op.updates(options).next(), library.createBook({}, options)]) {
      const error = await call.catch((error: unknown) => error);
      expect(error).toBeInstanceOf(RangeError);
      expect(String(error)).toContain(refused);
    }
    expect(calls).toEqual([]);
  });

  test.each([2 ** 31, 2 ** 40, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    "times of %s ms do not end early",
    async (ms) => {
      for (const longPollMs of [0, ms]) {
        const polling = { pollTimeoutMs: ms, longPollMs, totalTimeoutMs: ms, retryForMs: ms, maxDelayMs: ms };
        const { library, calls } = scriptedServer(
          { get: [running(), succeeded("Emma")], wait: [late(1_000, running()), succeeded("Emma")] },
          { polling },
        );
        const op = await library.createBook({}, { timeoutMs: ms });
        expect((await op.wait({ timeoutMs: ms })).title).toBe("Emma");
        await op.cancel({ timeoutMs: ms });
        await op.delete({ timeoutMs: ms });
        expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual(calls.map(() => expect.closeTo(99_999_999, -4)));
      }
    },
  );

  test("a negative timeoutMs means no timeout, as in Connect", async () => {
    const { library, calls } = scriptedServer({});
    const op = await library.createBook({}, { timeoutMs: -1 });
    await op.poll({ timeoutMs: -1 });
    await op.cancel({ timeoutMs: -1 });
    await op.delete({ timeoutMs: -1 });
    expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual([undefined, undefined, undefined]);
  });
});

describe("an operation is polled at most 20 times a second", () => {
  const fast = { initialDelayMs: 0, maxDelayMs: 0, jitter: 1, retryForMs: 1_000 };
  const down = new ConnectError("down", Code.Unavailable);

  test.each<[string, Script, PollingOptions]>([
    ["with delays of 0", {}, { ...fast, longPollMs: 0 }],
    ["with delays of 0 that grow", {}, { ...fast, delayMultiplier: 1e300, maxDelayMs: 1e300, longPollMs: 0 }],
    ["with long polls that return immediately", { wait: [running()] }, fast],
    ["with long polls that fail", { wait: [down], get: [running()] }, fast],
    ["with polls that fail", { get: [down] }, { ...fast, longPollMs: 0 }],
    ["with long polls of 1 ms", { wait: [running()] }, { ...fast, longPollMs: 1 }],
  ])("%s", async (_, script, polling) => {
    const { library, calls } = scriptedServer(script, { polling });
    const op = await library.createBook({});
    for (const wait of [() => op.wait({ timeoutMs: 1_000 }), () => readAll(op.updates({ timeoutMs: 1_000 }))]) {
      calls.length = 0;
      await wait().catch(() => {});
      const delays = calls.map(({ at }, i) => at - (calls[i - 1]?.at ?? Number.NEGATIVE_INFINITY));
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
    }
  });

  test("by consecutive waits", async () => {
    const { library, calls } = scriptedServer({ get: [running()] }, { polling: { ...fast, longPollMs: 0 } });
    const op = library.createBook.resume("operations/1");
    for (let i = 0; i < 20; i++) {
      await op.wait({ timeoutMs: 10 }).catch(() => {});
    }
    // They take 200 ms.
    expect(calls.length).toBeLessThanOrEqual(5);
    expect(calls.length).toBeGreaterThan(0);
  });

  async function readAll(updates: AsyncIterable<unknown>): Promise<void> {
    for await (const _ of updates) {
      // Reads all states.
    }
  }
});

test("an option that is undefined has its default", async () => {
  const names = ["initialDelayMs", "delayMultiplier", "maxDelayMs", "totalTimeoutMs", "jitter", "pollTimeoutMs"];
  const polling = Object.fromEntries(
    [...names, "longPollMs", "retryForMs", "isTransient", "unref"].map((name) => [name, undefined]),
  );
  expect(layeredPolling(polling, undefined, polling)).toEqual(layeredPolling());
  const { calls, transport, clock } = scriptedServer({ get: [running(), running(), succeeded()] });
  const methods = { createBook: { polling } };
  const library = createLibraryServiceClient(transport, { clock, polling, methods, maxLongPolls: undefined });
  await (await library.createBook({}, { polling })).wait();
  expect(calls.map(({ at }) => at)).toEqual([0, 100, 230, 399]);
});

function busy(headers: HeadersInit, seconds?: bigint, nanos = 0): ConnectError {
  const retryDelay = seconds === undefined ? undefined : { seconds, nanos };
  const details = seconds === undefined ? [] : [{ desc: RetryInfoSchema, value: retryDelay ? { retryDelay } : {} }];
  return new ConnectError("busy", Code.ResourceExhausted, headers, details);
}

test("a delay that RetryInfo requests does not count as time in which polls fail", async () => {
  const { library, calls } = scriptedServer(
    { get: [running(), busy({}, 600n), busy({}, 600n), succeeded("Emma")] },
    { polling: { longPollMs: 0, retryForMs: 1_000 } },
  );
  expect((await (await library.createBook({})).wait()).title).toBe("Emma");
  expect(calls.map(({ at }) => at)).toEqual([500, 1_250, 601_250, 1_201_250]);
});

test("the next poll is delayed as RetryInfo requests", async () => {
  const { library, calls } = scriptedServer(
    { get: [running(), busy({}, 42n), succeeded()] },
    { polling: { longPollMs: 0 } },
  );
  await (await library.createBook({})).wait();
  expect(calls.map(({ at }) => at)).toEqual([500, 1_250, 43_250]);
});

test("the GetOperation call after a failed WaitOperation is delayed as RetryInfo requests", async () => {
  const { library, calls } = scriptedServer({ wait: [busy({}, 42n)], get: [succeeded()] });
  await (await library.createBook({})).wait();
  expect(calls.map(({ at }) => at)).toEqual([0, 42_000]);
});

describe("Retry-After", () => {
  const date = "Tue, 29 Oct 2024 16:56:30 GMT";

  test("can be a number of seconds", () => {
    expect(retryDelayMs(busy({ "retry-after": "120" }))).toBe(120_000);
  });

  test("can be a date, which is relative to the Date header of the response and not to the local clock", () => {
    const headers = { "retry-after": "Tue, 29 Oct 2024 16:56:32 GMT", date };
    expect(retryDelayMs(busy(headers))).toBe(2_000);
  });

  test.each([
    ["it is in the past", { "retry-after": "Tue, 29 Oct 2024 16:56:28 GMT", date }],
    ["the response has no date", { "retry-after": "Tue, 29 Oct 2024 16:56:32 GMT" }],
    ["it is malformed", { "retry-after": "soon", date }],
    ["it only ends with a number", { "retry-after": "in 120" }],
    ["it is missing", {}],
  ])("is ignored if %s", (_, headers) => {
    expect(retryDelayMs(busy(headers as HeadersInit))).toBe(0);
  });
});

test("RetryInfo is found among other details, with its fraction of a second", () => {
  const error = busy({}, 1n, 500_000_000);
  const received = { type: RetryInfoSchema.typeName, value: new Uint8Array([0x0a, 0x04, 0x08, 0x02, 0x10, 0x00]) };
  error.details.splice(0, 1, { type: "acme.v1.Other", value: new Uint8Array([0x0a, 0x02, 0x08, 0x63]) }, received);
  expect(retryDelayMs(error)).toBe(2_000);
  const half = { seconds: 1n, nanos: 500_000_000 };
  const value = toBinary(RetryInfoSchema, create(RetryInfoSchema, { retryDelay: half }));
  error.details.splice(1, 1, { type: RetryInfoSchema.typeName, value });
  expect(retryDelayMs(error)).toBe(1_500);
});

test("a RetryInfo that is empty or does not parse is ignored", () => {
  const error = busy({});
  error.details.push({ type: RetryInfoSchema.typeName, value: new Uint8Array([0x0a, 0xff]) });
  expect(retryDelayMs(error)).toBe(0);
  const empty = busy({});
  empty.details.push({ type: RetryInfoSchema.typeName, value: new Uint8Array() });
  expect(retryDelayMs(empty)).toBe(0);
});
