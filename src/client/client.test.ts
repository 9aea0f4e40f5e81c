import { Code, ConnectError, createContextKey, createContextValues, createRouterTransport } from "@connectrpc/connect";
import { createFakeClock } from "protoc-gen-ts-lro/testing";
import { describe, expect, expectTypeOf, test } from "vitest";
import { printer } from "../../test/programs/client/mocks.ts";
import { name, running, scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { createLibraryServiceClient, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { type Book, LibraryService, type OperationMetadata } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import {
  createLroClient,
  type Operation,
  OperationNameError,
  type OperationOutcome,
  type OperationSnapshot,
} from "./index.ts";

const get = (at: { method: string; at: number }) => (at.method === "GetOperation" ? [at.at] : []);

describe("a client", () => {
  test("calls other methods like a plain Connect client", async () => {
    const transport = createRouterTransport(({ service }) => {
      service(LibraryService, { getBook: ({ name }) => ({ name, title: "Emma" }) });
    });
    expect(await createLibraryServiceClient(transport).getBook({ name: "x" })).toMatchObject({ title: "Emma" });
  });

  test("throws the error of a start call unchanged", async () => {
    const { library } = scriptedServer({ start: new ConnectError("no such publisher", Code.NotFound) });
    const error = await library.createBook({}).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: Code.NotFound });
  });

  test("returns operations with the types that the method declares", async () => {
    const { library } = scriptedServer({ get: [succeeded()] });
    const op = await library.createBook({ parent: "publishers/1", book: { title: "Emma" } });
    expectTypeOf(op).toEqualTypeOf<Operation<Book, OperationMetadata>>();
    expectTypeOf(op.metadata).toEqualTypeOf<OperationMetadata | undefined>();
    expectTypeOf(await op.wait()).toEqualTypeOf<Book>();
    expectTypeOf(op.updates()).toEqualTypeOf<AsyncIterableIterator<OperationSnapshot<Book, OperationMetadata>>>();
    expectTypeOf(op.outcome).returns.resolves.toEqualTypeOf<OperationOutcome<Book, OperationMetadata>>();
    expectTypeOf(op.cancel()).resolves.toEqualTypeOf<void>();
    expectTypeOf(library.createBook.resume(name)).toEqualTypeOf<Operation<Book, OperationMetadata>>();
    expectTypeOf(library.getBook).returns.resolves.toEqualTypeOf<Book>();
    const outcome = await op.outcome();
    if (outcome.status === "succeeded") {
      expectTypeOf(outcome.response).toEqualTypeOf<Book>();
    } else {
      expectTypeOf(outcome.error.metadata).toEqualTypeOf<OperationMetadata | undefined>();
    }
  });

  test("can be replaced by a mock of the methods that a class needs", async () => {
    const operation = await printer.print("Emma");
    expect((await operation.wait()).title).toBe("Emma");
    expect(await printer.follow("Emma", () => {})).toMatchObject({ status: "succeeded", response: { title: "Emma" } });
  });

  test.each([
    ["the deadline in the service YAML", {}, "5000"],
    ["the timeout of the call, if it has one", { timeoutMs: 7000 }, "7000"],
    ["no limit, if the timeout of the call is 0", { timeoutMs: 0 }, null],
  ])("starts operations with %s", async (_, options, expected) => {
    let header: string | null | undefined;
    const transport = createRouterTransport(({ service }) => {
      service(LibraryService, {
        createBook(_, { requestHeader }) {
          header = requestHeader.get("connect-timeout-ms");
          return { name };
        },
      });
    });
    const { createBook } = LibraryServiceLro.methods;
    const table = { ...LibraryServiceLro, methods: { createBook: { ...createBook, startTimeoutMs: 5000 } } };
    await createLroClient(table, transport).createBook({}, options);
    expect(header).toBe(expected);
  });

  test("reads operations through another transport if one is configured", async () => {
    const elsewhere = scriptedServer({ get: [succeeded("Emma")] });
    const here = scriptedServer({}, { operationsTransport: elsewhere.transport });
    expect((await (await here.library.createBook({})).wait()).title).toBe("Emma");
    expect(here.calls).toEqual([]);
  });
});

describe("headers and context values", () => {
  test("of the start call apply to every later call on the operation", async () => {
    const { library, calls } = scriptedServer({ get: [running(), succeeded()] });
    const op = await library.createBook({}, { headers: { authorization: "Bearer 1" } });
    await op.wait();
    await op.cancel();
    await op.delete();
    expect(calls.map(({ method }) => method)).toContain("WaitOperation");
    expect(calls.map(({ header }) => header.get("authorization"))).toEqual(calls.map(() => "Bearer 1"));
  });

  test("of a resumed operation are those passed to resume", async () => {
    const { library, calls } = scriptedServer({ get: [succeeded()] });
    await library.createBook.resume(name, { headers: { authorization: "Bearer 2" } }).wait();
    expect(calls.map(({ header }) => header.get("authorization"))).toEqual(calls.map(() => "Bearer 2"));
  });

  test("of a later call are added to those and override them", async () => {
    const key = createContextKey("unset");
    const other = createContextKey("unset");
    const seen: unknown[] = [];
    const { library, calls } = scriptedServer(
      { get: [running()] },
      {
        interceptors: [
          (next) => (request) => {
            seen.push([request.contextValues.get(key), request.contextValues.get(other)]);
            return next(request);
          },
        ],
      },
    );
    const contextValues = createContextValues().set(key, "start").set(other, "start");
    const op = await library.createBook({}, { headers: { authorization: "Bearer 1", "x-a": "start" }, contextValues });
    await op.poll({ headers: { "x-a": "poll" }, contextValues: createContextValues().set(key, "poll") });
    await op.poll({ headers: undefined, contextValues: undefined });
    expect(calls.map(({ header }) => [header.get("authorization"), header.get("x-a")])).toEqual([
      ["Bearer 1", "poll"],
      ["Bearer 1", "start"],
    ]);
    expect(seen).toEqual([
      ["start", "start"],
      ["poll", "start"],
      ["start", "start"],
    ]);
  });

  test("the callbacks of the start call are not called for later calls", async () => {
    const { library } = scriptedServer({ get: [running(), succeeded()] });
    const called: string[] = [];
    const onHeader = () => void called.push("header");
    const onTrailer = () => void called.push("trailer");
    const op = await library.createBook({}, { onHeader, onTrailer });
    await op.wait();
    expect(called).toEqual(["header", "trailer"]);
    await op.cancel({ onHeader, onTrailer });
    expect(called).toEqual(["header", "trailer", "header", "trailer"]);
  });

  test("the signal and the timeout of the start call apply only to that call", async () => {
    const { library } = scriptedServer({ get: [running(), succeeded("Emma")] });
    const abort = new AbortController();
    const op = await library.createBook({}, { signal: abort.signal, timeoutMs: 1_000 });
    abort.abort();
    expect((await op.wait()).title).toBe("Emma");
  });
});

describe("polling options", () => {
  const states = [running(), running(), succeeded()];

  test("default to a delay of 100 ms that grows by a factor of 1.3, up to 10 s", async () => {
    const { transport, clock, calls } = scriptedServer({
      get: [...Array.from({ length: 25 }, () => running()), succeeded()],
    });
    await (await createLibraryServiceClient(transport, { clock }).createBook({})).wait();
    const polls = calls.flatMap(get);
    const delays = polls.map((at, i) => at - (polls[i - 1] ?? 0));
    expect(delays.slice(0, 4).map(Math.round)).toEqual([100, 130, 169, 220]);
    expect(Math.round(Math.max(...delays))).toBe(10_000);
  });

  test("of a call override those of the method, which override those of the client", async () => {
    const options = {
      polling: { initialDelayMs: 1_000 },
      methods: { createBook: { polling: { delayMultiplier: 3 } } },
    };
    const client = scriptedServer({ get: states }, options);
    await (await client.library.createBook({})).wait();
    expect(client.calls.flatMap(get)).toEqual([1_000, 4_000, 13_000]);
    const call = scriptedServer({ get: states }, options);
    await (await call.library.createBook({}, { polling: { initialDelayMs: 60, delayMultiplier: 1 } })).wait();
    expect(call.calls.flatMap(get)).toEqual([60, 120, 180]);
  });

  test("of the client override those of the API's service YAML", async () => {
    const { service, methods } = LibraryServiceLro;
    const polling = { initialDelayMs: 2_000, delayMultiplier: 2 };
    const fromYaml = { service, methods: { createBook: { ...methods.createBook, polling } } };
    for (const [options, delays] of [
      [{}, [2_000, 6_000, 14_000]],
      [{ polling: { initialDelayMs: 1_000 } }, [1_000, 3_000, 7_000]],
    ] as const) {
      const { transport, clock, calls } = scriptedServer({ get: states });
      await (await createLroClient(fromYaml, transport, { clock, ...options }).createBook({})).wait();
      expect(calls.flatMap(get)).toEqual(delays);
    }
  });

  test("shorten delays at random and never lengthen them", async () => {
    const { library, calls } = scriptedServer({ get: [succeeded()] }, {}, createFakeClock({ random: () => 1 }));
    await (await library.createBook({})).wait();
    expect(calls.flatMap(get)).toEqual([400]);
  });
});

describe("a token", () => {
  test("resumes an operation in another client", async () => {
    const first = scriptedServer({});
    const token = (await first.library.createBook({})).toToken();
    const second = scriptedServer({ get: [succeeded("Emma")] });
    const op = second.library.createBook.resume(token);
    expect(op).toMatchObject({ name, done: false, metadata: undefined, raw: undefined });
    expect((await op.wait()).title).toBe("Emma");
  });

  test("contains only the names of the operation and of its method", async () => {
    const { library } = scriptedServer({});
    const op = await library.createBook({}, { headers: { authorization: "Bearer secret" } });
    const method = "acme.library.v1.LibraryService.CreateBook";
    const token = op.toToken();
    expect(token).toMatch(/^lro~[\w-]+$/);
    expect(JSON.parse(Buffer.from(token.slice(4), "base64url").toString())).toEqual({ v: 1, method, name });
  });

  test("can be part of a URL, regardless of the operation's name", () => {
    const { library } = scriptedServer({});
    const odd = "operations/ü?a=b&c#d/%20 ~";
    const token = library.createBook.resume(odd).toToken();
    expect(encodeURIComponent(token)).toBe(token);
    expect(new URL(`http://localhost/?operation=${token}`).searchParams.get("operation")).toBe(token);
    expect(library.createBook.resume(token).name).toBe(odd);
  });

  test("of version 0.1 still opens its operation", () => {
    const { library } = scriptedServer({});
    const method = "acme.library.v1.LibraryService.CreateBook";
    expect(library.createBook.resume(JSON.stringify({ v: 1, method, name })).name).toBe(name);
    expect(() => library.deleteBook.resume(JSON.stringify({ v: 1, method, name }))).toThrow("belongs to");
  });

  test("of another method is rejected", async () => {
    const { library } = scriptedServer({});
    const token = (await library.createBook({})).toToken();
    expect(() => library.deleteBook.resume(token)).toThrow(
      "belongs to acme.library.v1.LibraryService.CreateBook, not to acme.library.v1.LibraryService.DeleteBook",
    );
  });

  const encoded = (json: string): string => `lro~${Buffer.from(json).toString("base64url")}`;

  test.each([
    ["", "has no operation name"],
    ["{", "is a damaged token"],
    ["{}", "is a damaged token"],
    ["lro~", "is a damaged token"],
    ["lro~?", "is a damaged token"],
    [encoded('{"v":1,"name":"operat'), "is a damaged token"],
    [encoded('{"v":1}'), "has no operation name"],
    ['{"v":1,"name":""}', "has no operation name"],
    [encoded('{"v":2,"name":"operations/1"}'), "is a token of version 2: update protoc-gen-ts-lro"],
    ["{not json}", "is a damaged token"],
  ])("such as %j %s", (token, problem) => {
    const { library } = scriptedServer({});
    const resume = (): unknown => {
      try {
        return library.createBook.resume(token);
      } catch (error) {
        return error;
      }
    };
    expect(resume()).toBeInstanceOf(OperationNameError);
    expect(resume()).toMatchObject({ operation: token, method: "acme.library.v1.LibraryService.CreateBook" });
    expect(String(resume())).toBe(`OperationNameError: ${JSON.stringify(token)} ${problem}`);
  });
});

test("generated code without the Operations service is rejected with the fix", () => {
  const { service, methods } = LibraryServiceLro;
  const { createBook } = methods;
  const file = { ...createBook.rpc.output.file, services: [] };
  const rpc = { ...createBook.rpc, output: { ...createBook.rpc.output, file } };
  const pruned = { service, methods: { createBook: { ...createBook, rpc } } };
  expect(() =>
    createLroClient(
      pruned as never,
      createRouterTransport(() => {}),
    ),
  ).toThrow("google/longrunning/operations.proto has no service Operations: generate code for the whole file");
});
