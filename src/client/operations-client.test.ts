import { create, createRegistry } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import { createFakeClock, createInMemoryOperations, type InMemoryOperations } from "protoc-gen-ts-lro/testing";
import { describe, expect, expectTypeOf, test } from "vitest";
import { scriptedServer, succeeded } from "../../test/scripted-server.ts";
import { LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { BookSchema, OperationMetadataSchema } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { createOperationsClient, type OperationsClient } from "./index.ts";

const registry = createRegistry(BookSchema, OperationMetadataSchema);
const { createBook, deleteBook } = LibraryServiceLro.methods;

function setUp(): { server: InMemoryOperations; transport: Transport; operations: OperationsClient } {
  const clock = createFakeClock();
  const server = createInMemoryOperations({ clock });
  const transport = createRouterTransport(server.routes);
  return { server, transport, operations: createOperationsClient(transport, { registry, clock }) };
}

describe("an operations client", () => {
  test("reads operations of any method and unpacks the types in its registry", async () => {
    const { server, operations } = setUp();
    const { name } = server.start(createBook, {
      takesMs: 60_000,
      metadata: { progressPercent: 7 },
      response: { title: "Emma" },
    });
    const op = await operations.get(name);
    expect(op).toMatchObject({ name, done: false, metadata: { progressPercent: 7 } });
    expect(await operations.wait(name)).toMatchObject({ $typeName: "acme.library.v1.Book", title: "Emma" });
  });

  test("unpacks the types of its services", async () => {
    const { server, transport } = setUp();
    const operations = createOperationsClient(transport, { services: [LibraryServiceLro], clock: createFakeClock() });
    expectTypeOf(operations).toEqualTypeOf<OperationsClient<LibraryServiceLro>>();
    const book = server.start(createBook, { response: { title: "Emma" }, metadata: { progressPercent: 7 } });
    const nothing = server.start(deleteBook, {});
    expect(await operations.wait(book.name)).toEqual(create(BookSchema, { title: "Emma" }));
    expect(await operations.wait(nothing.name)).toEqual(create(EmptySchema));
    expect((await operations.get(book.name)).metadata?.progressPercent).toBe(7);
  });

  test("passes the options of its calls to the transport, except undefined ones", async () => {
    const { calls, transport } = scriptedServer({ get: [succeeded()] });
    const operations = createOperationsClient(transport, { registry, polling: undefined, clock: undefined });
    const headers = { authorization: "Bearer 1" };
    await operations.get("operations/1", { headers, timeoutMs: undefined, signal: undefined });
    await operations.cancel("operations/1", { headers });
    expect(calls.map(({ header }) => header.get("authorization"))).toEqual(["Bearer 1", "Bearer 1"]);
    expect(calls.every(({ timeoutMs = 0 }) => timeoutMs > 0)).toBe(true);
  });

  test("throws an error with the type that is not in its registry", async () => {
    const { server, transport } = setUp();
    const { name } = server.start(createBook, { response: { title: "Emma" } });
    const blind = createOperationsClient(transport, { registry: createRegistry() });
    await expect(blind.wait(name)).rejects.toThrow("is of type acme.library.v1.Book, which is not in the registry");
  });

  test("lists operations from all pages", async () => {
    const { server, operations } = setUp();
    for (let i = 0; i < 5; i++) {
      server.start(createBook, { response: { title: `Volume ${i}` } });
    }
    const names: string[] = [];
    for await (const { name } of operations.list("operations", { pageSize: 2 })) {
      names.push(name);
    }
    expect(names).toEqual([1, 2, 3, 4, 5].map((i) => `operations/${i}`));
    expect(server.calls).toEqual(["ListOperations", "ListOperations", "ListOperations"]);
  });

  test("sends the parent, the filter, and headers with each page of a list", async () => {
    const seen: unknown[] = [];
    const transport = createRouterTransport(({ service }) => {
      service(Operations, {
        listOperations({ name, filter, pageSize, pageToken }, { requestHeader }) {
          seen.push([name, filter, pageSize, pageToken, requestHeader.get("x-a")]);
          return { operations: [{ name: "operations/1" }], nextPageToken: pageToken === "" ? "next" : "" };
        },
      });
    });
    const operations = createOperationsClient(transport, { registry });
    const options = { filter: "done = true", pageSize: 2, headers: { "x-a": "1" } };
    for await (const { name } of operations.list("publishers/1", options)) {
      expect(name).toBe("operations/1");
    }
    for await (const { name } of operations.list("publishers/1")) {
      expect(name).toBe("operations/1");
    }
    expect(seen).toEqual([
      ["publishers/1", "done = true", 2, "", "1"],
      ["publishers/1", "done = true", 2, "next", "1"],
      ["publishers/1", "", 0, "", null],
      ["publishers/1", "", 0, "next", null],
    ]);
  });

  test("reads a page only when the caller needs it", async () => {
    const { server, operations } = setUp();
    server.start(createBook, {});
    server.start(createBook, {});
    for await (const _ of operations.list("operations", { pageSize: 1 })) {
      break;
    }
    expect(server.calls).toHaveLength(1);
  });

  test("cancels and deletes by name", async () => {
    const { server, operations } = setUp();
    const { name } = server.start(createBook, { takesMs: 60_000 });
    await operations.cancel(name);
    await expect(operations.wait(name)).rejects.toMatchObject({ name: "OperationError", code: Code.Canceled });
    await operations.delete(name);
    await expect(operations.get(name)).rejects.toMatchObject({ name: "OperationPollError", code: Code.NotFound });
    await expect(operations.delete(name)).rejects.toBeInstanceOf(ConnectError);
  });

  test("resumes from tokens of a typed client and creates tokens for one", async () => {
    const { library, transport } = scriptedServer({});
    const op = await library.createBook({});
    const untyped = createOperationsClient(transport, { registry }).resume(op.toToken());
    expect(untyped.name).toBe(op.name);
    expect(library.createBook.resume(untyped.toToken()).name).toBe(op.name);
  });
});
