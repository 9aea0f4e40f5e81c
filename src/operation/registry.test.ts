import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { createFakeClock, createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { expect, test } from "vitest";
import { createLibraryServiceClient, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { operationRegistry } from "./registry.ts";

const { createBook, deleteBook } = LibraryServiceLro.methods;

test("with a registry, operations and their errors can be sent as JSON", async () => {
  const clock = createFakeClock();
  const operations = createInMemoryOperations({ clock });
  const jsonOptions = { registry: operationRegistry(LibraryServiceLro) };
  const transport = createRouterTransport(
    (router) => {
      operations.routes(router).service(LibraryService, {
        createBook: ({ book }) =>
          operations.start(createBook, { takesMs: 60_000, metadata: { progressPercent: 1 }, response: book ?? {} }),
        deleteBook() {
          const details = [{ desc: ErrorInfoSchema, value: { reason: "LENT" } }];
          return operations.start(deleteBook, { error: new ConnectError("no", Code.Aborted, undefined, details) });
        },
      });
    },
    { router: { jsonOptions }, transport: { jsonOptions, useBinaryFormat: false } },
  );
  const library = createLibraryServiceClient(transport, { clock });
  const op = await library.createBook({ book: { title: "Emma" } });
  expect((await op.wait()).title).toBe("Emma");
  expect(op.metadata?.progressPercent).toBe(1);
  const outcome = await (await library.deleteBook({})).outcome();
  if (outcome.status === "succeeded") {
    throw new Error("it should have failed");
  }
  expect(outcome.error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "LENT" }]);
});
