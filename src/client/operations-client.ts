import type { Message, Registry } from "@bufbuild/protobuf";
import type { CallOptions, Transport } from "@connectrpc/connect";
import type { Operation as RawOperation } from "../gen/google/longrunning/operations_pb.ts";
import type { LroClientOptions, OperationResumeOptions } from "./client.ts";
import type { Operation, WaitOptions } from "./operation.ts";
import { OperationHandle } from "./operation-handle.ts";
import { PollLoop } from "./poll-loop.ts";
import { layeredPolling } from "./polling.ts";
import { createRemote, requestParam, requestParamsHeader } from "./remote.ts";
import { nameFrom } from "./token.ts";

/** A client of google.longrunning.Operations, for operations whose method is not known. */
export interface OperationsClient {
  /** Reads an operation. Throws as `Operation.poll` does. */
  get(name: string, options?: CallOptions): Promise<Operation>;
  /** The operations below a parent, page after page. */
  list(parent: string, options?: OperationListOptions): AsyncIterableIterator<Operation>;
  /** Waits for the response of an operation. Throws as `Operation.wait` does. */
  wait(name: string, options?: WaitOptions): Promise<Message>;
  /** Asks the server to cancel an operation, which may still succeed. */
  cancel(name: string, options?: CallOptions): Promise<void>;
  /** Tells the server that nobody needs the result of an operation any more. */
  delete(name: string, options?: CallOptions): Promise<void>;
  /** The operation of this name or token, of whichever method. Makes no call. */
  resume(nameOrToken: string, options?: OperationResumeOptions): Operation;
}

/** Which operations to list. */
export interface OperationListOptions extends CallOptions {
  /** A filter as in AIP-160, if the server knows any. */
  readonly filter?: string;
  /** The most operations to read with one call. By default as many as the server likes. */
  readonly pageSize?: number;
}

/** Options of a client for operations. */
export interface OperationsClientOptions extends Pick<LroClientOptions, "polling" | "clock"> {
  /** The types of the responses and metadata that can be unpacked. */
  readonly registry: Registry;
}

/** Creates a client of google.longrunning.Operations. */
export function createOperationsClient(transport: Transport, options: OperationsClientOptions): OperationsClient {
  const { registry } = options;
  const remote = createRemote(transport, options.clock);
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
      const headers = new Headers(call.headers);
      headers.set(requestParamsHeader, requestParam("name", parent));
      const request = { name: parent, filter, pageSize, pageToken: "" };
      do {
        const page = await remote.operations.listOperations(request, { ...call, headers });
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
  return client;
}
