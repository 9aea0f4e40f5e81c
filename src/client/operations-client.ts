import { createRegistry, type DescMessage, type Registry } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { typeNameOf } from "../operation/any.ts";
import type { LroService } from "../operation/lro-service.ts";
import { operationTypes } from "../operation/registry.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { type OperationCallOptions, withContext } from "./call-options.ts";
import type { LroClientOptions, OperationResumeOptions } from "./client.ts";
import type { OutcomeOptions } from "./operation.ts";
import { PollLoop } from "./poll-loop.ts";
import { layeredPolling } from "./polling.ts";
import { createRemote } from "./remote.ts";
import { nameFrom } from "./token.ts";
import { type MetadataOf, type ResponseOf, type TypedOperation, TypedOperationHandle } from "./typed-operation.ts";

/**
 * A client of google.longrunning.Operations, for operations of any method.
 *
 * @typeParam S The method tables of the services that start the operations, such as `LibraryServiceLro`.
 */
export interface OperationsClient<S extends LroService = LroService> {
  /**
   * Reads an operation. Throws the errors of `Operation.poll`.
   *
   * @throws OperationNameError if the name is empty.
   */
  get(name: string, options?: OperationCallOptions): Promise<TypedOperation<S>>;
  /**
   * Yields the operations under a parent and reads further pages as needed. Compare `metadataType` of an operation to
   * find out which response it has.
   *
   * @param parent The `name` of the ListOperationsRequest, such as `operations`.
   * @throws ConnectError if a call fails.
   */
  list(parent: string, options?: OperationListOptions): AsyncIterableIterator<TypedOperation<S>>;
  /**
   * Waits until an operation is done and returns its response. Throws the errors of `Operation.wait`.
   *
   * @throws OperationNameError if the name is empty.
   */
  wait(name: string, options?: OutcomeOptions<MetadataOf<S>>): Promise<ResponseOf<S>>;
  /**
   * Asks the server to cancel an operation, which can still succeed. Throws the errors of `Operation.cancel`.
   */
  cancel(name: string, options?: OperationCallOptions): Promise<void>;
  /**
   * Tells the server that you no longer need the result of an operation. Throws the errors of `Operation.delete`.
   */
  delete(name: string, options?: OperationCallOptions): Promise<void>;
  /**
   * Opens an operation of any method by its name or token. Sends no request.
   *
   * @throws OperationNameError if the name is empty or the token is malformed.
   */
  resume(nameOrToken: string, options?: OperationResumeOptions): TypedOperation<S>;
}

/** Options of a list of operations. */
export interface OperationListOptions extends OperationCallOptions {
  /**
   * A filter (AIP-160), if the server supports filters. A server of this package compares `name`, `method`, `done`,
   * `create_time` and `update_time`, for example `done = false AND create_time > "2026-11-20T10:00:00Z"`.
   */
  readonly filter?: string | undefined;
  /** Maximum number of operations that one call returns. Default: the server decides. */
  readonly pageSize?: number | undefined;
}

/**
 * Options of an operations client. Set `services` to the services that start the operations, for example
 * `services: [LibraryServiceLro]`, or set `registry` to the types of their responses and metadata.
 */
export type OperationsClientOptions<S extends LroService = LroService> = Pick<
  LroClientOptions,
  "polling" | "maxLongPolls" | "clock"
> &
  (
    | { readonly services: readonly S[]; readonly registry?: undefined }
    | { readonly registry: Registry; readonly services?: undefined }
  );

/**
 * Creates a client of google.longrunning.Operations. It unpacks responses and metadata of the types that the options
 * specify. Any other response causes an OperationUnpackError, and any other metadata is `undefined`. A response must
 * also be that of a method with the operation's metadata.
 */
export function createOperationsClient<S extends LroService = LroService>(
  transport: Transport,
  options: OperationsClientOptions<S>,
): OperationsClient<S> {
  const registry = options.registry ?? createRegistry(...operationTypes(options.services));
  const remote = createRemote(Operations, transport, options);
  const responses = responsesByMetadata(options.services ?? []);
  const base = layeredPolling(options.polling);

  function open(name: string, state?: RawOperation, { polling, ...context }: OperationResumeOptions = {}): Opened {
    const response = responses.get(state?.metadata ? typeNameOf(state.metadata) : "") ?? registry;
    const types = { response, metadata: registry };
    const subject = { ref: { name }, remote, polling: layeredPolling(base, polling), context };
    return new TypedOperationHandle(new PollLoop(subject, state), types) as Opened;
  }

  const client: OperationsClient = {
    resume: (nameOrToken, options) => open(nameFrom(nameOrToken, undefined), undefined, options),
    async get(name, options) {
      const { raw } = await client.resume(name).poll(options);
      return open(name, raw);
    },
    async *list(parent, { filter = "", pageSize = 0, ...call }: OperationListOptions = {}) {
      const options = withContext({}, call);
      const request = { name: parent, filter, pageSize, pageToken: "" };
      do {
        const page = await remote.operations.listOperations(request, options);
        for (const state of page.operations) {
          yield open(state.name, state);
        }
        request.pageToken = page.nextPageToken;
      } while (request.pageToken !== "");
    },
    wait: (name, options) => client.resume(name).wait(options),
    cancel: (name, options) => client.resume(name).cancel(options),
    delete: (name, options) => client.resume(name).delete(options),
  };
  return client as unknown as OperationsClient<S>;
}

type Opened = TypedOperation<LroService>;

/** Returns the types of the responses of operations that have the same type of metadata, by the name of that type. */
function responsesByMetadata(services: readonly LroService[]): Map<string, Registry> {
  const types = new Map<string, DescMessage[]>();
  for (const { response, metadata } of services.flatMap(({ methods }) => Object.values(methods))) {
    types.set(metadata.typeName, [...(types.get(metadata.typeName) ?? []), response]);
  }
  return new Map([...types].map(([name, responses]) => [name, createRegistry(...responses)]));
}
