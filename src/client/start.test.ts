import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport } from "@connectrpc/connect-node";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { describePGlite } from "../../test/lro-servers.ts";
import { type TcpProxy, tcpProxy } from "../../test/tcp-proxy.ts";
import { createPressServiceClient } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import {
  type MovePressRequest,
  PressService,
  type PrintBookRequest,
  PrintBookRequestSchema,
} from "../../testdata/gen/acme/press/v1/press_pb.ts";
import type { LroClientOptions } from "./index.ts";

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const emma = { press: "presses/1", title: "Emma" };
const busy = new ConnectError("busy", Code.Unavailable);

/** A server that rejects some starts, with a client. PrintBook has a request ID, and MovePress has none. */
function setUp(errors: ConnectError[], options: LroClientOptions = {}, clock = createFakeClock()) {
  const prints: PrintBookRequest[] = [];
  const moves: MovePressRequest[] = [];
  const answer = () => {
    const error = errors.shift();
    if (error) {
      throw error;
    }
    return { name: "operations/1" };
  };
  const transport = createRouterTransport(({ service }) =>
    service(PressService, {
      printBook: (request) => {
        prints.push(request);
        return answer();
      },
      movePress: (request) => {
        moves.push(request);
        return answer();
      },
    }),
  );
  return { press: createPressServiceClient(transport, { clock, ...options }), prints, moves, clock };
}

describePGlite((engine) => {
  /** A press server behind a proxy. */
  async function serve(): Promise<{ proxy: TcpProxy; transport: Transport; starts: () => number }> {
    const { lro } = await engine.open();
    let starts = 0;
    const adapter = connectNodeAdapter({ routes: lro.routes });
    const server = createServer((request, response) => {
      starts += request.url?.endsWith("PrintBook") || request.url?.endsWith("MovePress") ? 1 : 0;
      adapter(request, response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = await tcpProxy((server.address() as AddressInfo).port);
    onTestFinished(async () => {
      await proxy.close();
      server.close();
    });
    const baseUrl = `http://127.0.0.1:${proxy.port}`;
    return { proxy, transport: createConnectTransport({ baseUrl, httpVersion: "1.1" }), starts: () => starts };
  }

  const count = async () => (await engine.sql("SELECT count(*)::int AS count FROM operations"))[0]?.count;

  test("a start whose reply is lost 20 times starts one operation", async () => {
    const { proxy, transport, starts } = await serve();
    const polling = { initialDelayMs: 20, delayMultiplier: 1 };
    const press = createPressServiceClient(transport, { polling });
    const dropped = (async () => {
      for (let i = 0; i < 20; i++) {
        await proxy.dropNextAnswer();
      }
    })();
    const operation = await press.printBook(emma, { timeoutMs: 60_000 });
    await dropped;
    expect(starts()).toBe(21);
    expect(await count()).toBe(1);
    expect((await operation.wait()).title).toBe("Emma");
  });

  test("a start without an ID is sent only once, even if its reply is lost", async () => {
    const { proxy, transport, starts } = await serve();
    const press = createPressServiceClient(transport);
    const dropped = proxy.dropNextAnswer();
    await expect(press.movePress({ press: "presses/1" })).rejects.toBeInstanceOf(ConnectError);
    await dropped;
    expect(starts()).toBe(1);
    expect(await count()).toBe(1);
  });
});

describe("a start with an ID", () => {
  afterEach(() => vi.unstubAllGlobals());

  test("has a new random UUID, which retries keep", async () => {
    const { press, prints } = setUp([busy, busy]);
    await press.printBook(emma);
    await press.printBook(emma);
    const ids = prints.map(({ requestId }) => requestId);
    expect(ids[0]).toMatch(uuid4);
    expect(ids).toEqual([ids[0], ids[0], ids[0], ids[3]]);
    expect(ids[3]).not.toBe(ids[0]);
  });

  test("keeps the ID that the caller set and does not change the caller's request", async () => {
    const { press, prints } = setUp([busy]);
    const message = create(PrintBookRequestSchema, emma);
    await press.printBook({ ...emma, requestId: "mine" });
    await press.printBook(message);
    expect(prints.map(({ requestId }) => requestId).slice(0, 2)).toEqual(["mine", "mine"]);
    expect(prints[2]).toMatchObject({ ...emma, requestId: expect.stringMatching(uuid4) });
    expect(message.requestId).toBe("");
  });

  test("has an ID in a browser that lacks crypto.randomUUID because the page has no TLS", async () => {
    const getRandomValues = crypto.getRandomValues.bind(crypto);
    vi.stubGlobal("crypto", { getRandomValues });
    const { press, prints } = setUp([]);
    await press.printBook(emma);
    expect(prints[0]?.requestId).toMatch(uuid4);
  });

  test("is not sent again if the error is not transient", async () => {
    const { press, prints } = setUp([new ConnectError("no", Code.InvalidArgument)]);
    await expect(press.printBook(emma)).rejects.toMatchObject({ code: Code.InvalidArgument });
    expect(prints).toHaveLength(1);
  });

  test("fails with the last error when its timeout is over", async () => {
    const { press, clock } = setUp(Array(1_000).fill(busy));
    await expect(press.printBook(emma, { timeoutMs: 5_000 })).rejects.toMatchObject({ code: Code.Unavailable });
    expect(clock.now()).toBeGreaterThan(2_000);
    expect(clock.now()).toBeLessThanOrEqual(5_000);
  });

  test("fails after retryForMs if it has no timeout", async () => {
    const { press, clock } = setUp(Array(1_000).fill(busy), { polling: { retryForMs: 60_000 } });
    await expect(press.printBook(emma)).rejects.toMatchObject({ code: Code.Unavailable });
    expect(clock.now()).toBeGreaterThan(45_000);
    expect(clock.now()).toBeLessThanOrEqual(60_000);
  });

  test("waits as long as the server's retry-after header requires", async () => {
    const { press, clock } = setUp([new ConnectError("busy", Code.Unavailable, { "retry-after": "7" })]);
    await press.printBook(emma);
    expect(clock.now()).toBe(7_000);
  });

  test("is not sent again after the caller aborts, which ends the pause before it", async () => {
    const { press, prints, clock } = setUp([busy, busy], {}, createFakeClock({ auto: false }));
    const abort = new AbortController();
    const started = press.printBook(emma, { signal: abort.signal });
    await expect.poll(() => prints.length).toBe(1);
    abort.abort();
    await expect(started).rejects.toMatchObject({ code: Code.Canceled });
    expect(prints).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  test.each<[string, LroClientOptions, { retryStart?: boolean }]>([
    ["the client", { retryStart: false }, {}],
    ["the method", { methods: { printBook: { retryStart: false } } }, {}],
    ["the call", {}, { retryStart: false }],
  ])("is sent once without an ID if the options of %s turn retries off", async (_, options, call) => {
    const { press, prints } = setUp([busy], options);
    await expect(press.printBook(emma, call)).rejects.toMatchObject({ code: Code.Unavailable });
    expect(prints.map(({ requestId }) => requestId)).toEqual([""]);
  });

  test("is sent again if the options of the call override those of the client", async () => {
    const { press, prints } = setUp([busy], { retryStart: false });
    await press.printBook(emma, { retryStart: true });
    expect(prints).toHaveLength(2);
  });
});
