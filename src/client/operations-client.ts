import { createRegistry, type Message, type Registry } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import type { LroMethod, LroService } from "../operation/lro-service.ts";
import { operationTypes } from "../operation/registry.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { type OperationCallOptions, withContext } from "./call-options.ts";
import type { LroClientOptions, OperationResumeOptions } from "./client.ts";
import type { Operation, WaitOptions } from "./operation.ts";
import { OperationHandle } from "./operation-handle.ts";
import { PollLoop } from "./poll-loop.ts";
import { layeredPolling } from "./polling.ts";
import { createRemote, requestParam, requestParamsHeader } from "./remote.ts";
import { nameFrom } from "./token.ts";

/**
 * A client of google.longrunning.Operations, for operations whose method is not known.
 *
 * @typeParam R The response messages that it knows.
 * @typeParam M The metadata messages that it knows.
 */
export interface OperationsClient<R extends Message = Message, M extends Message = Message> {
  /** Reads an operation. Throws as `Operation.poll` does. */
  get(name: string, options?: OperationCallOptions): Promise<Operation<R, M>>;
  /** The operations below a parent, page after page. */
  list(parent: string, options?: OperationListOptions): AsyncIterableIterator<Operation<R, M>>;
  /** Waits for the response of an operation. Throws as `Operation.wait` does. */
  wait(name: string, options?: WaitOptions): Promise<R>;
  /** Asks the server to cancel an operation, which may still succeed. */
  cancel(name: string, options?: OperationCallOptions): Promise<void>;
  /** Tells the server that nobody needs the result of an operation any more. */
  delete(name: string, options?: OperationCallOptions): Promise<void>;
  /** The operation of this name or token, of whichever method. Makes no call. */
  resume(nameOrToken: string, options?: OperationResumeOptions): Operation<R, M>;
}

/** Which operations to list. */
export interface OperationListOptions extends OperationCallOptions {
  /** A filter as in AIP-160, if the server knows any. */
  readonly filter?: string | undefined;
  /** The most operations to read with one call. By default as many as the server likes. */
  readonly pageSize?: number | undefined;
}

/**
 * Options of a client for operations: the services that start them, such as `services: [LibraryServiceLro]`, or a
 * registry of what they hold.
 */
export type OperationsClientOptions<S extends LroService = LroService> = Pick<LroClientOptions, "polling" | "clock"> &
  (
    | { readonly services: readonly S[]; readonly registry?: undefined }
    | { readonly registry: Registry; readonly services?: undefined }
  );

/** The long-running methods of some services. */
type MethodOf<S extends LroService> = S extends LroService ? S["methods"][keyof S["methods"]] : never;

/** The responses of all long-running methods of some services. */
export type ResponseOf<S extends LroService> =
  MethodOf<S> extends LroMethod<Message, infer R extends Message, Message> ? R : never;

/** The metadata of all long-running methods of some services. */
export type MetadataOf<S extends LroService> =
  MethodOf<S> extends LroMethod<Message, Message, infer M extends Message> ? M : never;

/**
 * Creates a client of google.longrunning.Operations. Its operations have the types of the services that it is given; what
 * is of another type cannot be unpacked.
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
