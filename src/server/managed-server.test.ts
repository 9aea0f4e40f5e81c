import { Code, ConnectError, createClient, createRouterTransport, type Interceptor } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { emptyPGlite } from "../../test/empty-pglite.ts";
import { createLibraryServiceClient, registerLibraryService } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { createPressServiceClient, registerPressService } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import { Operations } from "../../testdata/gen/google/longrunning/operations_pb.ts";
import { pglite } from "../engine/pglite.ts";
import { createLroServer, type LroLogEntry, type LroServer, type LroServerOptions } from "./index.ts";

async function open(options: Partial<LroServerOptions> = {}): Promise<LroServer> {
  const lro = await createLroServer({ log: () => {}, engine: pglite({ db: await emptyPGlite() }), ...options });
  onTestFinished(() => lro.close());
  return lro;
}

test("a service can be registered only once, for all routers", async () => {
  const lro = await open();
  registerPressService(lro, { printBook: ({ title }) => ({ title }) });
  expect(() => registerPressService(lro, { printBook: () => ({ title: "another" }) })).toThrow(
    "acme.press.v1.PressService is already registered: register each service once, for all routers",
  );
  const [one, other] = [createRouterTransport(lro.routes), createRouterTransport(lro.routes)];
  await lro.start();
  const operation = await createPressServiceClient(one).printBook({ title: "Emma" });
  const seen = createPressServiceClient(other).printBook.resume(operation.name);
  expect(await seen.wait()).toMatchObject({ title: "Emma" });
});

test("a service cannot be registered after routes was called", async () => {
  const lro = await open();
  createRouterTransport(lro.routes);
  expect(() => registerPressService(lro, {})).toThrow(
    "acme.press.v1.PressService is registered after lro.routes was called, so no router would serve it: register all " +
      "services before you pass lro.routes to a router",
  );
});

test("a process without routes runs operations that another process starts", async () => {
  const db = await emptyPGlite();
  const api = await open({ engine: pglite({ db }) });
  registerPressService(api, { printBook: () => ({ title: "by the API" }) });
  await api.start({ work: false });
  const worker = await open({ engine: pglite({ db }) });
  registerPressService(worker, { printBook: () => ({ title: "by the worker" }) });
  await worker.start();
  const press = createPressServiceClient(createRouterTransport(api.routes));
  expect(await (await press.printBook({})).wait()).toMatchObject({ title: "by the worker" });
});

test("routes adds the Operations service", async () => {
  const lro = await open();
  const operations = createClient(Operations, createRouterTransport(lro.routes));
  expect(await operations.listOperations({})).toMatchObject({ operations: [] });
});

test("a router can serve other services in addition to the server's", async () => {
  const lro = await open();
  registerPressService(lro, { printBook: ({ title }) => ({ title }) });
  const transport = createRouterTransport((router) => {
    lro.routes(router);
    router.rpc(Operations.method.getOperation, () => ({ name: "mine" }));
  });
  expect(await createPressServiceClient(transport).printBook({})).toMatchObject({ done: false });
});

test("a service can have its own interceptors", async () => {
  const lro = await open();
  const calls: string[] = [];
  const interceptor: Interceptor = (next) => (request) => {
    calls.push(request.method.name);
    return next(request);
  };
  registerPressService(lro, { printBook: ({ title }) => ({ title }) }, { interceptors: [interceptor] });
  registerLibraryService(lro, { getBook: () => ({ title: "Emma" }) });
  const transport = createRouterTransport(lro.routes);
  await createLibraryServiceClient(transport).getBook({});
  await createPressServiceClient(transport).printBook({});
  expect(calls).toEqual(["PrintBook"]);
});

test("a server that was not started logs a warning when it accepts its first operation", async () => {
  const entries: LroLogEntry[] = [];
  const lro = await open({ log: (entry) => entry.level !== "info" && entries.push(entry) });
  registerPressService(lro, { printBook: ({ title }) => ({ title }) });
  const press = createPressServiceClient(createRouterTransport(lro.routes));
  const { name } = await press.printBook({});
  await press.printBook({});
  expect(entries).toMatchObject([
    {
      level: "warn",
      operation: name,
      method: "acme.press.v1.PressService.PrintBook",
      message:
        "the server accepts operations but was not started, so this process does not run them: call lro.start(), or " +
        "lro.start({ work: false }) if another process runs them",
    },
  ]);
});

test("a server that was started with work: false logs no warning", async () => {
  const entries: LroLogEntry[] = [];
  const lro = await open({ log: (entry) => entry.level !== "info" && entries.push(entry) });
  registerPressService(lro, { printBook: ({ title }) => ({ title }) });
  await lro.start({ work: false });
  await createPressServiceClient(createRouterTransport(lro.routes)).printBook({});
  expect(entries).toEqual([]);
});

test("await using closes the server at the end of its block", async () => {
  let closed: LroServer;
  {
    await using lro = await createLroServer({ log: () => {}, engine: pglite({ db: await emptyPGlite() }) });
    closed = lro;
    expect(await lro.health()).toMatchObject({ database: "writable" });
  }
  await expect(closed.start()).rejects.toThrow("the server is already closed: call start once");
});

// The server has no services.
let opened: Promise<LroServer>;
beforeAll(async () => {
  opened = createLroServer({ log: () => {}, engine: pglite({ db: await emptyPGlite() }) });
  await opened;
});
afterAll(async () => (await opened).close());

test.each<[string, object, string]>([
  ["without run", {}, "has no run function: pass a function, or an object with a function run"],
  ["exclusive without a key", { run: () => ({}), exclusive: { onBusy: "queue" } }, "has no key: add a function key"],
  [
    "with an unknown policy",
    { run: () => ({}), exclusive: { key: () => "k", onBusy: "abort" } },
    'is "abort": set it to "queue", "reject" or "preempt"',
  ],
  ["with a fraction of a crash", { run: () => ({}), maxCrashes: 0.5 }, "is 0.5: set it to a whole number from 1"],
])("a handler %s is rejected when it is registered", async (_, handler, message) => {
  const lro = await opened;
  expect(() => registerPressService(lro, { printBook: handler as never })).toThrow(
    `acme.press.v1.PressService.PrintBook ${message}`,
  );
});

test("the callbacks of a handler and of access get the principal, the request and the call", async () => {
  const seen: unknown[] = [];
  const lro = await open({
    access: {
      principal: (call) => call.requestHeader.get("user") ?? "",
      authorize({ action, principal, call, ...request }) {
        seen.push([action, principal, call.method.name, "request" in request ? request.request.$typeName : request]);
        return true;
      },
      listScope({ principal, parent, call }) {
        seen.push(["scope", principal, parent, call.method.name]);
        return "all";
      },
    },
  });
  const note =
    (what: string) => (request: { title: string }, start: { principal: string; call: { method: object } }) => {
      seen.push([what, request.title, start.principal, (start.call.method as { name: string }).name]);
      return undefined;
    };
  registerPressService(lro, {
    printBook: {
      run: ({ title }) => ({ title }),
      validate: note("validate"),
      immediate: note("immediate"),
      requestId: note("requestId"),
      operationName: (request, start) => {
        note("operationName")(request, start);
        return `operations/${start.id}`;
      },
      exclusive: { key: note("key"), onBusy: "reject" },
    },
  });
  const transport = createRouterTransport(lro.routes);
  const headers = { user: "ann" };
  const { name } = await createPressServiceClient(transport).printBook({ title: "Emma" }, { headers });
  const operations = createClient(Operations, transport);
  await operations.listOperations({}, { headers });
  await operations.getOperation({ name }, { headers });
  expect(seen).toEqual([
    ["start", "ann", "PrintBook", "acme.press.v1.PrintBookRequest"],
    ...["validate", "immediate", "key", "operationName", "requestId"].map((what) => [what, "Emma", "ann", "PrintBook"]),
    ["list", "ann", "ListOperations", { parent: "" }],
    ["scope", "ann", "", "ListOperations"],
    [
      ...["get", "ann", "GetOperation"],
      {
        name,
        operation: { name, method: "acme.press.v1.PressService.PrintBook", principal: "ann", done: false },
      },
    ],
  ]);
});

test("handlers can be a class with private state, and methods that it omits are unimplemented", async () => {
  class Library {
    readonly #title = "Emma";
    createBook(): { title: string } {
      return { title: this.#title };
    }
  }
  const lro = await open();
  registerLibraryService(lro, new Library());
  await lro.start();
  const library = createLibraryServiceClient(createRouterTransport(lro.routes));
  expect(await (await library.createBook({})).wait()).toMatchObject({ title: "Emma" });
  await expect(library.deleteBook({})).rejects.toSatisfy(
    (error) => error instanceof ConnectError && error.code === Code.Unimplemented,
  );
});
