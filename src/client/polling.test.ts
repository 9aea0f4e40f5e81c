import { Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createConnectTransport as createWebTransport } from "@connectrpc/connect-web";
import { describe, expect, test } from "vitest";
import { running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { RetryInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { layeredPolling, retryDelayMs } from "./polling.ts";
import { isTransient } from "./transient.ts";

describe("a poll error is transient", () => {
  const codes = Object.values(Code).filter((code): code is Code => typeof code === "number");

  test("if its code is UNAVAILABLE, DEADLINE_EXCEEDED or RESOURCE_EXHAUSTED", () => {
    const transient = codes.filter((code) => isTransient(new ConnectError("", code)));
    expect(transient.map((code) => Code[code]).sort()).toEqual([
      "DeadlineExceeded",
      "ResourceExhausted",
      "Unavailable",
    ]);
  });

  test("if the network fails, with any transport", async () => {
    // Nothing listens on port 1.
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

  test("but not if an interceptor throws it", () => {
    expect(isTransient(ConnectError.from(new Error("no credentials")))).toBe(false);
  });
});

test("every option has a default", () => {
  expect(Object.values(layeredPolling({ unref: undefined }))).not.toContain(undefined);
});

function busy(headers: HeadersInit, seconds?: bigint, nanos = 0): ConnectError {
  const retryDelay = seconds === undefined ? undefined : { seconds, nanos };
  const details = seconds === undefined ? [] : [{ desc: RetryInfoSchema, value: retryDelay ? { retryDelay } : {} }];
  return new ConnectError("busy", Code.ResourceExhausted, headers, details);
}

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
    ["it is missing", {}],
  ])("is ignored if %s", (_, headers) => {
    expect(retryDelayMs(busy(headers as HeadersInit))).toBe(0);
  });
});

test("a RetryInfo that is empty or does not parse is ignored", () => {
  const error = busy({});
  error.details.push({ type: RetryInfoSchema.typeName, value: new Uint8Array([0x0a, 0xff]) });
  expect(retryDelayMs(error)).toBe(0);
  const empty = busy({});
  empty.details.push({ type: RetryInfoSchema.typeName, value: new Uint8Array() });
  expect(retryDelayMs(empty)).toBe(0);
});
