import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { Code, ConnectError, createRouterTransport, type Interceptor } from "@connectrpc/connect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { serveLossy, transports } from "../../test/lost-connections.ts";
import { scriptedServer } from "../../test/scripted-server.ts";
import { createLibraryServiceClient } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { failureOf } from "./browser-errors.ts";
import { OperationPollError } from "./index.ts";
import type { Remote } from "./remote.ts";
import { isTransient } from "./transient.ts";

function withCode(message: string, code: string, type: ErrorConstructor = Error): Error {
  return Object.assign(new type(message), { code });
}

/** An error that the server sent. */
function sent(code: Code, message = "from the server"): ConnectError {
  return Object.assign(new ConnectError(message, code), { isWireError: true });
}

/** A fetch of Node.js that failed. */
const fetchFailed = (code: string): Error => new TypeError("fetch failed", { cause: withCode("", code) });

// Each row is an error as a transport throws it.
const rows: [what: string, error: unknown, transient: boolean][] = [
  ["the server is unavailable", sent(Code.Unavailable), true],
  ["the server gave up in time", sent(Code.DeadlineExceeded), true],
  ["the server is overloaded", sent(Code.ResourceExhausted), true],
  ["the server cancelled the call", sent(Code.Canceled), false],
  ["the server has a bug", sent(Code.Internal), false],
  ["the server failed for an unknown reason", sent(Code.Unknown), false],
  ["the server aborted the call", sent(Code.Aborted), false],
  ["the server returns the error of its own lost connection", sent(Code.Canceled, "http/2 stream closed"), false],
  ["the operation is not found", sent(Code.NotFound), false],
  ["the caller may not", sent(Code.PermissionDenied), false],
  ["a proxy answers 502", new ConnectError("HTTP 502", Code.Unavailable), true],
  ["a proxy answers 404", new ConnectError("HTTP 404", Code.Unimplemented), false],
  ["a proxy answers 200 with HTML", new ConnectError("unsupported content type text/html", Code.Unknown), false],
  ["HTTP/2: reset", new ConnectError("http/2 stream closed with error code CANCEL (0x8)", Code.Canceled), true],
  ["HTTP/2: error", withCode("Stream closed with error code NGHTTP2_INTERNAL_ERROR", "ERR_HTTP2_STREAM_ERROR"), true],
  ["gRPC: no status", new ConnectError("protocol error: missing status", Code.Internal), true],
  ["gRPC-web: no trailer", new ConnectError("missing trailer", Code.Internal), true],
  ["Node.js: ECONNRESET", withCode("socket hang up", "ECONNRESET"), true],
  ["Node.js: ECONNREFUSED", withCode("connect ECONNREFUSED", "ECONNREFUSED"), true],
  ["Node.js: EPIPE", withCode("write EPIPE", "EPIPE"), true],
  ["Node.js: ETIMEDOUT", withCode("connect ETIMEDOUT", "ETIMEDOUT"), true],
  ["Node.js: EHOSTUNREACH", withCode("connect EHOSTUNREACH", "EHOSTUNREACH"), true],
  ["Node.js: ENETUNREACH", withCode("connect ENETUNREACH", "ENETUNREACH"), true],
  ["Node.js: ENOTFOUND", withCode("getaddrinfo ENOTFOUND", "ENOTFOUND"), true],
  ["Node.js: EAI_AGAIN", withCode("getaddrinfo EAI_AGAIN", "EAI_AGAIN"), true],
  ["Node.js: premature close", withCode("Premature close", "ERR_STREAM_PREMATURE_CLOSE"), true],
  ["Node.js: socket closed", withCode("Socket is closed", "ERR_SOCKET_CLOSED"), true],
  ["fetch of Node.js: ECONNRESET", fetchFailed("ECONNRESET"), true],
  ["fetch of Node.js: closed", fetchFailed("UND_ERR_SOCKET"), true],
  ["fetch of Node.js: certificate", fetchFailed("CERT_HAS_EXPIRED"), false],
  ["Chrome", new TypeError("Failed to fetch"), true],
  ["Chrome, in the body", new TypeError("network error"), true],
  ["Firefox", new TypeError("NetworkError when attempting to fetch resource."), true],
  ["Safari", new TypeError("Load failed"), true],
  ["Safari, later", new TypeError("The network connection was lost."), true],
  ["Deno", new TypeError("error sending request for url (http://localhost/)"), true],
  ["Bun", withCode("Unable to connect.", "ConnectionRefused"), true],
  ["Bun, later", withCode("The socket connection was closed unexpectedly.", "ConnectionClosed"), true],
  ["workerd", new Error("Network connection lost."), true],
  ["an interceptor: TypeError", new TypeError("Cannot read properties of undefined (reading 'token')"), false],
  ["an interceptor: no function", new TypeError("fetch is not a function"), false],
  ["an interceptor: ENOENT", withCode("ENOENT: no such file or directory, open 'token'", "ENOENT"), false],
  ["an interceptor: EACCES", withCode("EACCES: permission denied, open 'token'", "EACCES"), false],
  ["an interceptor: no credentials", new Error("no credentials"), false],
  ["an interceptor: cancelled", new ConnectError("not now", Code.Canceled), false],
  ["an interceptor: unavailable", new ConnectError("no token yet", Code.Unavailable), true],
];

test.each(rows)("%s: %s is transient: %s", (_, error, transient) => {
  expect(isTransient(ConnectError.from(error))).toBe(transient);
});

test.each(Object.entries(transports))(
  "over %s, a server that is down is transient",
  async (_, { httpVersion, create }) => {
    const { url, close } = await serveLossy(
      httpVersion,
      () => {},
      () => undefined,
    );
    await close();
    const operation = createLibraryServiceClient(create(url)).createBook.resume("operations/1");
    const error = await operation.poll().catch((error: OperationPollError) => error);
    expect(isTransient((error as OperationPollError).cause)).toBe(true);
  },
);

describe("a mistake in an interceptor", () => {
  const readToken: Interceptor = () => () => {
    readFileSync("no-such-token");
    throw new Error("never reached");
  };
  const callNothing: Interceptor = () => () => (undefined as unknown as () => never)();

  test.each([
    ["ENOENT", readToken, "no such file or directory"],
    ["TypeError", callNothing, "is not a function"],
  ])("ends a wait with its own stack, without a retry: %s", async (_, interceptor, message) => {
    const polls: string[] = [];
    const counting: Interceptor = (next) => (request) => {
      polls.push(request.method.name);
      return next(request);
    };
    const { clock } = scriptedServer({});
    const transport = createRouterTransport(() => {}, { transport: { interceptors: [counting, interceptor] } });
    const library = createLibraryServiceClient(transport, { clock });
    const error = await library.createBook
      .resume("operations/1")
      .wait()
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OperationPollError);
    expect(error).toMatchObject({ failures: 1, message: expect.stringContaining(message) });
    const own = (error as OperationPollError).cause.cause as Error;
    expect(own.stack).toMatch(/transient\.test\.ts/);
    expect(inspect(error)).toContain(String(own.stack).split("\n")[1]?.trim());
    expect(polls).toEqual(["WaitOperation"]);
    expect(clock.now()).toBe(0);
  });
});

describe("in a browser", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  const refused = (): ConnectError => ConnectError.from(new TypeError("Failed to fetch"));
  const hint = "do the server's CORS settings refuse this page?";

  test("a wait ends within five seconds and suggests CORS if the server never responded", async () => {
    vi.stubGlobal("location", {});
    const { library, clock } = scriptedServer({}, { interceptors: [() => () => Promise.reject(refused())] });
    const error = await library.createBook
      .resume("operations/1")
      .wait()
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OperationPollError);
    expect(String(error)).toContain(hint);
    expect(clock.now()).toBeGreaterThanOrEqual(3_000);
    expect(clock.now()).toBeLessThan(5_000);
  });

  test.each([3, 1])(
    "a network that fails after a response is retried for as long as outside browsers",
    async (answered) => {
      vi.stubGlobal("location", {});
      let calls = 0;
      const { library, clock } = scriptedServer(
        {},
        { interceptors: [(next) => (request) => (calls++ < answered ? next(request) : Promise.reject(refused()))] },
      );
      const op = library.createBook.resume("operations/1");
      await (answered === 1 && op.poll());
      const error = await op.wait().catch((error: unknown) => error);
      expect(String(error)).not.toContain(hint);
      expect(clock.now()).toBeGreaterThan(300_000);
    },
  );

  test("a start or cancel that is refused suggests CORS, and a mistake in an interceptor does not", async () => {
    vi.stubGlobal("location", {});
    const { library, clock } = scriptedServer({}, { interceptors: [() => () => Promise.reject(refused())] });
    await expect(library.createBook({})).rejects.toThrow(hint);
    await expect(library.createBook.resume("operations/1").cancel()).rejects.toThrow(hint);
    expect(clock.now()).toBeLessThan(5_000);
    const remote = { isAnswered: false, isRefused: false } as Remote;
    expect(failureOf(remote, new TypeError("x is not a function")).message).not.toContain(hint);
    expect(remote.isRefused).toBe(false);
  });

  test("outside browsers, errors are not changed", () => {
    const remote = { isAnswered: false, isRefused: false } as Remote;
    expect(failureOf(remote, refused()).message).toBe("[unknown] Failed to fetch");
  });
});
