import { create, createRegistry } from "@bufbuild/protobuf";
import { anyPack, type Empty } from "@bufbuild/protobuf/wkt";
import { createRouterTransport } from "@connectrpc/connect";
import { createFakeClock, createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { describe, expect, expectTypeOf, test } from "vitest";
import { LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import {
  type Book,
  BookSchema,
  type OperationMetadata,
  OperationMetadataSchema,
} from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { PressServiceLro } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import {
  type MovePressResponse,
  type PrintBookMetadata,
  PrintBookMetadataSchema,
  type PrintBookResponse,
} from "../../testdata/gen/acme/press/v1/press_pb.ts";
import { Operations } from "../../testdata/gen/google/longrunning/operations_pb.ts";
import { createOperationsClient, type TypedOperation } from "./index.ts";

const services = [LibraryServiceLro, PressServiceLro];
const { createBook } = LibraryServiceLro.methods;
const { printBook, movePress } = PressServiceLro.methods;

/** Waits for an operation and describes its response, whose type follows from that of the metadata. */
async function describeResponse(operation: TypedOperation<LibraryServiceLro | PressServiceLro>): Promise<string> {
  switch (operation.metadataType) {
    case "acme.press.v1.PrintBookMetadata": {
      expectTypeOf(operation.metadata).toEqualTypeOf<PrintBookMetadata | undefined>();
      const response = await operation.wait();
      expectTypeOf(response).toEqualTypeOf<PrintBookResponse>();
      return `printed ${response.title}`;
    }
    case "acme.press.v1.MovePressMetadata":
      return `moved to ${(await operation.wait()).location}`;
    case "acme.library.v1.OperationMetadata": {
      expectTypeOf(operation.metadata).toEqualTypeOf<OperationMetadata | undefined>();
      const response = await operation.wait();
      expectTypeOf(response).toEqualTypeOf<Book | Empty>();
      return response.$typeName;
    }
    case undefined: {
      const response = await operation.wait();
      expectTypeOf(response).toEqualTypeOf<Book | Empty | PrintBookResponse | MovePressResponse>();
      return `unknown, with ${response.$typeName}`;
    }
  }
}

describe("an operation of several services", () => {
  test("is recognized by its metadata in a list, and can be waited for", async () => {
    const clock = createFakeClock();
    const server = createInMemoryOperations({ clock });
    const operations = createOperationsClient(createRouterTransport(server.routes), { services, clock });
    const takesMs = 60_000;
    server.start(printBook, { takesMs, metadata: { progressPercent: 7 }, response: { title: "Emma" } });
    server.start(movePress, { takesMs, metadata: {}, response: { location: "Bath" } });
    server.start(createBook, { metadata: {}, response: { title: "Emma" } });
    server.start(printBook, { response: { title: "Emma" } });
    const responses: string[] = [];
    for await (const operation of operations.list("operations")) {
      responses.push(await describeResponse(operation));
    }
    expect(responses).toEqual([
      "printed Emma",
      "moved to Bath",
      "acme.library.v1.Book",
      "unknown, with acme.press.v1.PrintBookResponse",
    ]);
  });

  test("is recognized in a response, and when a later poll returns metadata", async () => {
    const clock = createFakeClock();
    const server = createInMemoryOperations({ clock });
    const operations = createOperationsClient(createRouterTransport(server.routes), { services, clock });
    const { name } = server.start(printBook, { takesMs: 60_000, metadata: {}, response: { title: "Emma" } });
    expect((await operations.get(name)).metadataType).toBe(PrintBookMetadataSchema.typeName);
    const resumed = operations.resume(name);
    expect(resumed.metadataType).toBeUndefined();
    await resumed.poll();
    expect(resumed.metadataType).toBe(PrintBookMetadataSchema.typeName);
  });

  test("accepts only responses of the methods with its metadata", async () => {
    const transport = createRouterTransport(({ service }) =>
      service(Operations, {
        getOperation: ({ name }) => ({
          name,
          done: true,
          metadata: anyPack(PrintBookMetadataSchema, create(PrintBookMetadataSchema)),
          result: { case: "response", value: anyPack(BookSchema, create(BookSchema)) },
        }),
      }),
    );
    const operation = await createOperationsClient(transport, { services }).get("operations/1");
    await expect(operation.wait()).rejects.toMatchObject({ name: "OperationUnpackError", problem: "mismatch" });
  });

  test("has the name of any metadata message if the client has a registry", async () => {
    const server = createInMemoryOperations({ clock: createFakeClock() });
    const registry = createRegistry(BookSchema, OperationMetadataSchema);
    const operations = createOperationsClient(createRouterTransport(server.routes), { registry });
    const { name } = server.start(createBook, { metadata: {} });
    const operation = await operations.get(name);
    expectTypeOf(operation.metadataType).toEqualTypeOf<string | undefined>();
    expect(operation.metadataType).toBe(OperationMetadataSchema.typeName);
  });
});
