import { Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createConnectTransport as createWebTransport } from "@connectrpc/connect-web";
import { describe, expect, test } from "vitest";
import { running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { RetryInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { isTransient, layeredPolling, retryDelayMs } from "./polling.ts";

describe("an error of a poll is transient", () => {
  const codes = Object.values(Code).filter((code): code is Code => typeof code === "number");

  test("by its code: unavailable, deadline exceeded, resource exhausted", () => {
    const transient = codes.filter((code) => isTransient(new ConnectError("", code)));
    expect(transient.map((code) => Code[code]).sort()).toEqual([
      "DeadlineExceeded",
      "ResourceExhausted",
      "Unavailable",
    ]);
  });

  test("when the network fails, whatever the transport", async () => {
    // Port 1 answers nobody.
    const baseUrl = "http://127.0.0.1:1";
    const transports = [
      createWebTransport({ baseUrl }),
      createConnectTransport({ baseUrl, httpVersion: "1.1" }),
      createConnectTransport({ baseUrl, httpVersion: "2" }),
    ];
    for (const transport of transports) {
      const seen: ConnectError[] = [];
      const noted = (error: ConnectError): boolean => {
        seen.push(error);
        return false;
      };
      const library = createLibraryServiceClient(transport, { polling: { isTransient: noted, longPollMs: 0 } });
      await expect(library.createBook.resume("operations/1").wait()).rejects.toThrow("could not be read");
      expect(seen.map(isTransient)).toEqual([true]);
    }
  });

  test("not when an interceptor throws", () => {
    expect(isTransient(ConnectError.from(new Error("no credentials")))).toBe(false);
  });
});

test("there are defaults for all options", () => {
  expect(Object.values(layeredPolling({ unref: undefined }))).not.toContain(undefined);
});

function busy(headers: HeadersInit, seconds?: bigint, nanos = 0): ConnectError {
  const retryDelay = seconds === undefined ? undefined : { seconds, nanos };
  const details = seconds === undefined ? [] : [{ desc: RetryInfoSchema, value: retryDelay ? { retryDelay } : {} }];
  return new ConnectError("busy", Code.ResourceExhausted, headers, details);
}

test("a poll waits as long as RetryInfo asks for", async () => {
  const { library, calls } = scriptedServer(
    { get: [running(), busy({}, 42n), succeeded()] },
    { polling: { longPollMs: 0 } },
  );
  await (await library.createBook({})).wait();
  expect(calls.map(({ at }) => at)).toEqual([500, 1_250, 43_250]);
});

test("a WaitOperation waits as long as RetryInfo asks for, and so does the GetOperation after it", async () => {
  const { library, calls } = scriptedServer({ wait: [busy({}, 42n)], get: [succeeded()] });
  await (await library.createBook({})).wait();
  expect(calls.map(({ at }) => at)).toEqual([0, 42_000]);
});

describe("Retry-After", () => {
  const date = "Tue, 29 Oct 2024 16:56:30 GMT";

  test("may be seconds", () => {
    expect(retryDelayMs(busy({ "retry-after": "120" }))).toBe(120_000);
  });

  test("may be a date, which counts from the date of the response, not from this machine's clock", () => {
    const headers = { "retry-after": "Tue, 29 Oct 2024 16:56:32 GMT", date };
    expect(retryDelayMs(busy(headers))).toBe(2_000);
  });

  test.each([
    ["it is in the past", { "retry-after": "Tue, 29 Oct 2024 16:56:28 GMT", date }],
    ["the response has no date", { "retry-after": "Tue, 29 Oct 2024 16:56:32 GMT" }],
    ["it is nonsense", { "retry-after": "soon", date }],
    ["there is none", {}],
  ])("counts for nothing where %s", (_, headers) => {
    expect(retryDelayMs(busy(headers as HeadersInit))).toBe(0);
  });
});

test("a RetryInfo that says nothing, or cannot be read, counts for nothing", () => {
  const error = busy({});
  error.details.push({ type: RetryInfoSchema.typeName, value: new Uint8Array([0x0a, 0xff]) });
  expect(retryDelayMs(error)).toBe(0);
  const empty = busy({});
  empty.details.push({ type: RetryInfoSchema.typeName, value: new Uint8Array() });
  expect(retryDelayMs(empty)).toBe(0);
});
