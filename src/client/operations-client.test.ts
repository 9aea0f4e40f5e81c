import { createRegistry } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import { createFakeClock, createInMemoryOperations, type InMemoryOperations } from "protoc-gen-ts-lro/testing";
import { describe, expect, test } from "vitest";
import { scriptedServer } from "../../test/scripted-server.ts";
import { LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { BookSchema, OperationMetadataSchema } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { createOperationsClient, type OperationsClient } from "./index.ts";

const registry = createRegistry(BookSchema, OperationMetadataSchema);
const { createBook } = LibraryServiceLro.methods;

function setUp(): { server: InMemoryOperations; transport: Transport; operations: OperationsClient } {
  const clock = createFakeClock();
  const server = createInMemoryOperations({ clock });
  const transport = createRouterTransport((router) => void server.routes(router));
  return { server, transport, operations: createOperationsClient(transport, { registry, clock }) };
}

describe("an operations client", () => {
  test("reads operations of any method, and unpacks what its registry knows", async () => {
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

  test("says which type its registry does not know", async () => {
    const { server, transport } = setUp();
    const { name } = server.start(createBook, { response: { title: "Emma" } });
    const blind = createOperationsClient(transport, { registry: createRegistry() });
    await expect(blind.wait(name)).rejects.toThrow("is of type acme.library.v1.Book, which the registry does not have");
  });

  test("lists operations over as many pages as there are", async () => {
    const { server, operations } = setUp();
    for (let i = 0; i < 5; i++) {
      server.start(createBook, { response: { title: `Volume ${i}` } });
    }
    const names: string[] = [];
    for await (const { name } of operations.list("operations", { pageSize: 2, filter: "done = true" })) {
      names.push(name);
    }
    expect(names).toEqual([1, 2, 3, 4, 5].map((i) => `operations/${i}`));
    expect(server.calls).toEqual(["ListOperations", "ListOperations", "ListOperations"]);
  });

  test("reads a page only when someone wants it", async () => {
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

  test("resumes from the token of a typed client, and makes tokens for one", async () => {
    const { library, transport } = scriptedServer({});
    const op = await library.createBook({});
    const untyped = createOperationsClient(transport, { registry }).resume(op.toToken());
    expect(untyped.name).toBe(op.name);
    expect(library.createBook.resume(untyped.toToken()).name).toBe(op.name);
  });
});
