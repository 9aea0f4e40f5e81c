import { createRegistry, type Message, type Registry } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import type { LroMethod, LroService } from "../operation/lro-service.ts";
import { operationTypes } from "../operation/registry.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { type OperationCallOptions, withContext } from "./call-options.ts";
import type { LroClientOptions, OperationResumeOptions } from "./client.ts";
import type { Operation, OutcomeOptions } from "./operation.ts";
import { OperationHandle } from "./operation-handle.ts";
import { PollLoop } from "./poll-loop.ts";
import { layeredPolling } from "./polling.ts";
import { createRemote, requestParam, requestParamsHeader } from "./remote.ts";
import { nameFrom } from "./token.ts";

/**
 * A client of google.longrunning.Operations, for operations of any method.
 *
 * @typeParam R The known response messages.
 * @typeParam M The known metadata messages.
 */
export interface OperationsClient<R extends Message = Message, M extends Message = Message> {
  /**
   * Reads an operation. Throws the errors of `Operation.poll`.
   *
   * @throws OperationNameError if the name is empty.
   */
  get(name: string, options?: OperationCallOptions): Promise<Operation<R, M>>;
  /**
   * Yields the operations under a parent and reads further pages as needed.
   *
   * @param parent The `name` of the ListOperationsRequest, such as `operations`.
   * @throws ConnectError if a call fails.
   */
  list(parent: string, options?: OperationListOptions): AsyncIterableIterator<Operation<R, M>>;
  /**
   * Waits until an operation is done and returns its response. Throws the errors of `Operation.wait`.
   *
   * @throws OperationNameError if the name is empty.
   */
  wait(name: string, options?: OutcomeOptions<M>): Promise<R>;
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
  resume(nameOrToken: string, options?: OperationResumeOptions): Operation<R, M>;
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
export type OperationsClientOptions<S extends LroService = LroService> = Pick<LroClientOptions, "polling" | "clock"> &
  (
    | { readonly services: readonly S[]; readonly registry?: undefined }
    | { readonly registry: Registry; readonly services?: undefined }
  );

/** The long-running methods of the services. */
type MethodOf<S extends LroService> = S extends LroService ? S["methods"][keyof S["methods"]] : never;

/** The responses of all long-running methods of the services. */
export type ResponseOf<S extends LroService> =
  MethodOf<S> extends LroMethod<Message, infer R extends Message, Message> ? R : never;

/** The metadata of all long-running methods of the services. */
export type MetadataOf<S extends LroService> =
  MethodOf<S> extends LroMethod<Message, Message, infer M extends Message> ? M : never;

/**
 * Creates a client of google.longrunning.Operations. It unpacks responses and metadata of the types that the options
 * specify. Any other response gives an OperationUnpackError, and any other metadata is `undefined`.
 */
export function createOperationsClient<S extends LroService = LroService>(
  transport: Transport,
  options: OperationsClientOptions<S>,
): OperationsClient<ResponseOf<S>, MetadataOf<S>> {
  const registry = options.registry ?? createRegistry(...operationTypes(options.services));
  const remote = createRemote(Operations, transport, options.clock);
  const types = { response: registry, metadata: registry };

  function open(name: string, state?: RawOperation, { polling, ...context }: OperationResumeOptions = {}): Operation {
    const subject = { ref: { name }, remote, polling: layeredPolling(options.polling, polling), context };
    return new OperationHandle(new PollLoop(subject, state), types);
  }

  const client: OperationsClient = {
    resume: (nameOrToken, options) => open(nameFrom(nameOrToken, undefined), undefined, options),
    async get(name, options) {
      const operation = client.resume(name);
      await operation.poll(options);
      return operation;
    },
    async *list(parent, { filter = "", pageSize = 0, ...call }: OperationListOptions = {}) {
      const options = withContext({}, call);
      options.headers.set(requestParamsHeader, requestParam("name", parent));
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
  return client as OperationsClient<ResponseOf<S>, MetadataOf<S>>;
}
