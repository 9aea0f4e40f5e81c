import { Code, ConnectError } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createConnectTransport as createWebTransport } from "@connectrpc/connect-web";
import { describe, expect, test } from "vitest";
import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.js";
import { defaultPolling, isTransient } from "./polling.js";

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
  expect(Object.values(defaultPolling)).not.toContain(undefined);
});
