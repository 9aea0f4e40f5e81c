import type { DescService, Message } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { OperationNameError } from "../operation/errors.ts";
import { fullName, type LroMethod, type LroService } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import type { OperationCallOptions } from "./call-options.ts";
import type { Clock } from "./clock.ts";
import type { Operation } from "./operation.ts";
import { OperationHandle } from "./operation-handle.ts";
import { PollLoop } from "./poll-loop.ts";
import { layeredPolling, type PollingOptions } from "./polling.ts";
import { createRemote, type Remote } from "./remote.ts";
import { nameFrom } from "./token.ts";

/**
 * A long-running method: call it to start an operation, or resume one that was started before. A call resolves when the
 * server has answered, which is long before the operation is done.
 */
export interface LroCall<I extends Message = Message, R extends Message = Message, M extends Message = Message> {
  // Without a comment of its own, so that editors show the one of the rpc.
  (request: InitOf<I>, options?: LroCallOptions): Promise<Operation<R, M>>;
  /**
   * The operation of this name or token. Makes no call.
   *
   * @throws OperationNameError if there is no name, the token is broken, or it belongs to another method.
   */
  resume(nameOrToken: string, options?: OperationResumeOptions): Operation<R, M>;
}

/**
 * Options of a call that starts an operation. `signal` and `timeoutMs` hold for that call only. Headers and context
 * values go with every later call on the operation as well, behind those of the call itself: what does not last as long
 * as the operation, such as a token, belongs in an interceptor.
 */
export interface LroCallOptions extends OperationCallOptions {
  /** How to poll this operation. */
  readonly polling?: PollingOptions | undefined;
}

/** Options of an operation that was started before. */
export type OperationResumeOptions = Pick<LroCallOptions, "headers" | "contextValues" | "polling">;

/** How the operations of one method are dealt with. */
export interface LroMethodOptions {
  /** How to poll them. */
  readonly polling?: PollingOptions | undefined;
}

/**
 * Options of a client.
 *
 * @typeParam S The table of its service's long-running methods, such as `typeof LibraryServiceLro`.
 */
export interface LroClientOptions<S extends LroService = LroService> {
  /** How to poll. It goes before what the API's service YAML says, and behind what `methods` or a call says. */
  readonly polling?: PollingOptions | undefined;
  /** What differs for one method, by its local name: `{ createBook: { polling: { … } } }`. */
  readonly methods?: { readonly [K in keyof S["methods"]]?: LroMethodOptions | undefined } | undefined;
  /** Where google.longrunning.Operations is served, if not where the service is. */
  readonly operationsTransport?: Transport | undefined;
  /** Where time comes from. Tests put their own in place. */
  readonly clock?: Clock | undefined;
}

/**
 * A client of a service, whose long-running methods return operations. Generated code has an interface for each service
 * that says the same: use that where the service is known.
 */
export type LroClient<S extends LroService> = Omit<Client<S["service"]>, keyof S["methods"]> & {
  [K in keyof S["methods"]]: S["methods"][K] extends LroMethod<infer I, infer R, infer M> ? LroCall<I, R, M> : never;
};

/**
 * Creates a client of a service, such as `createLroClient(LibraryServiceLro, transport)`. The generated
 * `createLibraryServiceClient` does the same.
 */
export function createLroClient<S extends LroService>(
  { service, methods }: S,
  transport: Transport,
  options: LroClientOptions<NoInfer<S>> = {},
): LroClient<S> {
  const client = createClient(service as DescService, transport) as Record<string, unknown>;
  let remote: Remote | undefined;
  for (const [name, method] of Object.entries(methods)) {
    remote ??= createRemote(operationsOf(method), options.operationsTransport ?? transport, options.clock);
    client[name] = lroCall(method, client[name] as Start, remote, options);
  }
  return client as LroClient<S>;
}

// As it comes with the generated code, because another copy of its descriptors would be a fifth of the client.
function operationsOf({ rpc }: LroMethod): typeof Operations {
  const service = rpc.output.file.services.find(({ name }) => name === "Operations");
  if (service === undefined) {
    throw new Error(`${rpc.output.file.name}.proto has no service Operations: generate code for the whole file`);
  }
  return service as typeof Operations;
}

type Start = (request: object, options: LroCallOptions) => Promise<RawOperation>;

function lroCall(method: LroMethod, start: Start, remote: Remote, options: LroClientOptions): LroCall {
  const rpc = fullName(method.rpc);
  const { localName } = method.rpc;

  function operation(name: string, started: RawOperation | undefined, call: LroCallOptions): Operation {
    // The signal and the callbacks belong to the call that starts the operation.
    const { signal, timeoutMs, onHeader, onTrailer, polling: own, ...context } = call;
    const polling = layeredPolling(method.polling, options.polling, options.methods?.[localName]?.polling, own);
    const subject = { ref: { name, method: rpc }, remote, polling, context };
    return new OperationHandle(new PollLoop(subject, started), method);
  }

  async function call(request: object, options: LroCallOptions = {}): Promise<Operation> {
    const started = await start(request, options);
    if (started.name === "" && !started.done) {
      const message = `${rpc} returned an operation without a name that is not done`;
      throw new OperationNameError({ name: "", method: rpc }, message);
    }
    return operation(started.name, started, options);
  }

  function resume(nameOrToken: string, options: OperationResumeOptions = {}): Operation {
    return operation(nameFrom(nameOrToken, rpc), undefined, options);
  }

  return Object.assign(call, { resume });
}
