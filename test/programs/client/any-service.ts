// Generic functions for any service with long-running methods.
import type { Message } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import {
  createLroClient,
  createOperationsClient,
  type LroClient,
  type LroClientOptions,
  type LroMethod,
  type LroService,
  type Operation,
  type OperationsClient,
  type RawOperation,
  unpackOperation,
} from "protoc-gen-ts-lro/client";
import {
  createLibraryServiceClient,
  type LibraryServiceClient,
  LibraryServiceLro,
} from "../../../testdata/gen/acme/library/v1/library_lro.ts";
import type { Book, OperationMetadata } from "../../../testdata/gen/acme/library/v1/library_pb.ts";

declare const transport: Transport;

/** A factory of clients, for example for dependency injection. */
export function connect<S extends LroService>(service: S, options?: LroClientOptions<S>): LroClient<S> {
  return createLroClient(service, transport, options);
}

/** Returns the response in a raw operation. */
export function responseOf<R extends Message>(method: LroMethod<Message, R>, raw: RawOperation): R | undefined {
  const snapshot = unpackOperation(method, raw);
  return snapshot.done && snapshot.outcome.status === "succeeded" ? snapshot.outcome.response : undefined;
}

/** Returns the names of the long-running methods of a service. */
export function methodNames(service: LroService): string[] {
  return Object.values(service.methods).map(({ rpc }) => rpc.name);
}

export async function use(raw: RawOperation): Promise<void> {
  const library = connect(LibraryServiceLro, { methods: { createBook: { polling: { initialDelayMs: 1 } } } });
  const operation: Operation<Book, OperationMetadata> = await library.createBook({ book: { title: "Emma" } });
  const title: string = (await operation.wait()).title;
  const generated: LibraryServiceClient = library;
  const book: Book | undefined = responseOf(LibraryServiceLro.methods.createBook, raw);
  console.log(title, generated, book, methodNames(LibraryServiceLro));

  // @ts-expect-error The method name is misspelled.
  connect(LibraryServiceLro, { methods: { creatBook: {} } });
  // @ts-expect-error The method name is misspelled.
  createLibraryServiceClient(transport, { methods: { creatBook: {} } });
  // @ts-expect-error The method is not long-running.
  createLibraryServiceClient(transport, { methods: { getBook: {} } });
  // @ts-expect-error The option is misspelled.
  createLibraryServiceClient(transport, { methods: { createBook: { poling: {} } } });
}

export async function readAll(): Promise<void> {
  const operations = createOperationsClient(transport, { services: [LibraryServiceLro] });
  const typed: OperationsClient<LibraryServiceLro> = operations;
  for await (const operation of typed.list("operations")) {
    const { metadataType } = operation;
    const known: "acme.library.v1.OperationMetadata" | undefined = metadataType;
    const response = await operation.wait();
    if (response.$typeName === "acme.library.v1.Book") {
      console.log(known, response.title, operation.metadata?.progressPercent);
    }
  }
  // @ts-expect-error Either services or registry is required.
  createOperationsClient(transport, {});
}
