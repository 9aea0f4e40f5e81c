// Every optional option can also be undefined, even with exactOptionalPropertyTypes.
import type { Registry } from "@bufbuild/protobuf";
import type { ContextValues, Transport } from "@connectrpc/connect";
import {
  type Clock,
  createOperationsClient,
  type LroCallOptions,
  type LroClientOptions,
  type OperationCallOptions,
  type OperationListOptions,
  type OperationResumeOptions,
  type PollingOptions,
  type WaitOptions,
} from "protoc-gen-ts-lro/client";
import {
  createFakeClock,
  createInMemoryOperations,
  createTestOperation,
  type FakeClockOptions,
  type InMemoryOperationsOptions,
  type OperationScript,
  type TestOperationOptions,
} from "protoc-gen-ts-lro/testing";
import { createLibraryServiceClient, LibraryServiceLro } from "../../../testdata/gen/acme/library/v1/library_lro.ts";
import type { Book, OperationMetadata } from "../../../testdata/gen/acme/library/v1/library_pb.ts";

/** All optional options, set to undefined. */
type Undefined<T> = { [K in keyof T as undefined extends T[K] ? K : never]-?: undefined };

interface Request {
  readonly signal?: AbortSignal;
  readonly headers?: Headers;
  readonly values?: ContextValues;
  readonly timeoutMs?: number;
  readonly polling?: PollingOptions;
  readonly clock?: Clock;
}

export async function handle(transport: Transport, registry: Registry, request: Request): Promise<void> {
  const { signal, headers, timeoutMs, values: contextValues, polling, clock } = request;
  const library = createLibraryServiceClient(transport, { polling, clock, methods: { createBook: { polling } } });
  const operation = await library.createBook({}, { signal, headers, timeoutMs, contextValues, polling });
  await operation.wait({ signal, timeoutMs, cancelOn: signal && "abort" });
  await operation.poll({ signal, headers, timeoutMs, contextValues, onHeader: undefined });
  await operation.cancel({ signal, headers, timeoutMs, contextValues });
  library.createBook.resume("operations/1", { headers, contextValues, polling });
  createOperationsClient(transport, { registry, polling, clock }).list("operations", { signal, pageSize: undefined });
}

export const undefinedOptions: {
  readonly client: LroClientOptions;
  readonly call: LroCallOptions;
  readonly onOperation: OperationCallOptions;
  readonly resume: OperationResumeOptions;
  readonly list: OperationListOptions;
  readonly wait: WaitOptions;
  readonly polling: PollingOptions;
  readonly clock: FakeClockOptions;
  readonly inMemory: Omit<InMemoryOperationsOptions, "clock">;
  readonly script: OperationScript<Book, OperationMetadata>;
  readonly test: TestOperationOptions<OperationMetadata>;
} = {
  client: {} as Undefined<LroClientOptions>,
  call: {} as Undefined<LroCallOptions>,
  onOperation: {} as Undefined<OperationCallOptions>,
  resume: {} as Undefined<OperationResumeOptions>,
  list: {} as Undefined<OperationListOptions>,
  wait: {} as Undefined<WaitOptions>,
  polling: {} as Undefined<PollingOptions>,
  clock: {} as Undefined<FakeClockOptions>,
  inMemory: {} as Undefined<Omit<InMemoryOperationsOptions, "clock">>,
  script: {} as Undefined<OperationScript<Book, OperationMetadata>>,
  test: {} as Undefined<TestOperationOptions<OperationMetadata>>,
};

export function inTests(auto?: boolean, takesMs?: number, attempt?: number): void {
  const operations = createInMemoryOperations({ clock: createFakeClock({ auto }), waitOperation: undefined });
  operations.start(LibraryServiceLro.methods.createBook, { takesMs });
  createTestOperation(LibraryServiceLro.methods.createBook, { attempt, metadata: undefined });
}
