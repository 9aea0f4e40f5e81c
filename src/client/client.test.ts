import { create } from "@bufbuild/protobuf";
import { anyPack, type Empty, EmptySchema } from "@bufbuild/protobuf/wkt";
import { type Client, Code, ConnectError, createRouterTransport, type Transport } from "@connectrpc/connect";
import {
  type LroCall,
  type LroClientOptions,
  type LroMethod,
  type LroService,
  lroClient,
  lroService,
  type RawOperation,
  unpackMetadata,
  unpackResponse,
} from "protoc-gen-ts-lro/codegen";
import { expect, test } from "vitest";
import {
  type Book,
  BookSchema,
  type CreateBookRequestSchema,
  type DeleteBookRequestSchema,
  LibraryService,
  type OperationMetadata,
  OperationMetadataSchema,
} from "../../testdata/gen/acme/library/v1/library_pb.js";
import { OperationSchema, Operations } from "../gen/google/longrunning/operations_pb.js";

export const LibraryServiceLro: LroService<
  typeof LibraryService,
  {
    createBook: LroMethod<typeof BookSchema, typeof OperationMetadataSchema>;
    deleteBook: LroMethod<typeof EmptySchema, typeof OperationMetadataSchema>;
  }
> = /*@__PURE__*/ lroService(
  LibraryService,
  {
    createBook: { response: BookSchema, metadata: OperationMetadataSchema },
    deleteBook: { response: EmptySchema, metadata: OperationMetadataSchema },
  },
  1,
);
export interface LibraryServiceClient extends Omit<Client<typeof LibraryService>, "createBook" | "deleteBook"> {
  createBook: LroCall<typeof CreateBookRequestSchema, Book, OperationMetadata>;
  deleteBook: LroCall<typeof DeleteBookRequestSchema, Empty, OperationMetadata>;
}
export function createLibraryServiceClient(transport: Transport, options?: LroClientOptions): LibraryServiceClient {
  return lroClient(LibraryServiceLro, transport, options);
}
export function unpackCreateBookResponse(operation: RawOperation): Book | undefined {
  return unpackResponse(operation, BookSchema);
}
export function unpackCreateBookMetadata(operation: RawOperation): OperationMetadata | undefined {
  return unpackMetadata(operation, OperationMetadataSchema);
}

test("an operation is started, followed, and waited for", async () => {
  let polls = 0;
  const transport = createRouterTransport(({ service }) => {
    service(LibraryService, { createBook: () => create(OperationSchema, { name: "operations/1" }) });
    service(Operations, {
      waitOperation() {
        throw new ConnectError("no", Code.Unimplemented);
      },
      getOperation: ({ name }) => {
        polls++;
        return create(OperationSchema, {
          name,
          done: polls > 2,
          metadata: anyPack(OperationMetadataSchema, create(OperationMetadataSchema, { progressPercent: polls * 10 })),
          result:
            polls > 2
              ? { case: "response", value: anyPack(BookSchema, create(BookSchema, { title: "A" })) }
              : { case: undefined },
        });
      },
    });
  });
  const library = createLibraryServiceClient(transport, { polling: { initialDelayMs: 1 } });
  const op = await library.createBook({ parent: "publishers/1" });
  const seen: unknown[] = [];
  for await (const s of op.updates()) seen.push(s.metadata?.progressPercent);
  expect(seen).toEqual([undefined, 10, 20, 30]);
  expect((await op.wait()).title).toBe("A");
  const again = library.createBook.resume(op.toToken());
  expect((await again.wait()).title).toBe("A");
  expect(() => library.deleteBook.resume(op.toToken())).toThrow("belongs to");
});
