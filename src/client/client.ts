import type { DescService, Message } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { OperationNameError } from "../operation/errors.ts";
import { fullName, type LroMethod, type LroService } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { type OperationCallOptions, withContext } from "./call-options.ts";
import type { Clock } from "./clock.ts";
import type { Operation } from "./operation.ts";
import { OperationHandle } from "./operation-handle.ts";
import { PollLoop } from "./poll-loop.ts";
import { layeredPolling, type Polling, type PollingOptions } from "./polling.ts";
import { createRemote, type Remote } from "./remote.ts";
import { withRequestId } from "./request-id.ts";
import { retryTransient } from "./retry.ts";
import { nameFrom } from "./token.ts";

/**
 * A long-running method. Call it to start an operation, or call `resume` to open an operation that was started before.
 * The call resolves as soon as the server returns the operation, usually long before the operation is done.
 */
export interface LroCall<I extends Message = Message, R extends Message = Message, M extends Message = Message> {
  // No doc comment here, so that editors show the comment of the rpc instead.
  (request: InitOf<I>, options?: LroCallOptions): Promise<Operation<R, M>>;
  /**
   * Opens an operation by its name or token. Sends no request.
   *
   * @param nameOrToken The operation's name, or a token from `Operation.toToken`.
   * @throws OperationNameError if the name is empty, or the token is malformed or belongs to another method.
   */
  resume(nameOrToken: string, options?: OperationResumeOptions): Operation<R, M>;
}

/**
 * Options of a call that starts an operation. `signal`, `timeoutMs` and the callbacks apply only to that call. Headers
 * and context values also apply to every later call on the operation, unless the later call overrides them. Set
 * short-lived values, such as access tokens, in an interceptor instead.
 */
export interface LroCallOptions extends OperationCallOptions {
  /** Polling options of this operation. They override all others. */
  readonly polling?: PollingOptions | undefined;
  /** Overrides `retryStart` of the method and of the client. */
  readonly retryStart?: boolean | undefined;
}

/** Options for resuming an operation that was started before. */
export type OperationResumeOptions = Pick<LroCallOptions, "headers" | "contextValues" | "polling">;

/** Options of one long-running method. */
export interface LroMethodOptions {
  /** Polling options of the method's operations. They override the client's; the options of a call override them. */
  readonly polling?: PollingOptions | undefined;
  /** Overrides `retryStart` of the client. */
  readonly retryStart?: boolean | undefined;
}

/**
 * Options of a client.
 *
 * @typeParam S The method table of the service, such as `typeof LibraryServiceLro`.
 */
export interface LroClientOptions<S extends LroService = LroService> {
  /** Polling options. They override the API's service YAML; those in `methods` and those of a call override them. */
  readonly polling?: PollingOptions | undefined;
  /**
   * Whether to send a start again if it fails with a transient error. Applies only to methods whose requests have an ID
   * (AIP-155), by which the server recognizes a repeated start. The client fills in the ID, unless you set one. It
   * gives up at the `timeoutMs` of the call, or after `retryForMs` of the polling options if the call has none. If
   * false, the client fills in no ID. Default true.
   */
  readonly retryStart?: boolean | undefined;
  /** Options of single methods, by local name: `{ createBook: { polling: { … } } }`. */
  readonly methods?: { readonly [K in keyof S["methods"]]?: LroMethodOptions | undefined } | undefined;
  /** The transport for calls of google.longrunning.Operations. Default: the transport of the service. */
  readonly operationsTransport?: Transport | undefined;
  /**
   * Maximum number of concurrent WaitOperation calls on the transport. They serve the operations with the earliest
   * waits; the others are polled with GetOperation. Default: 4 in browsers, which open six connections to a server
   * that has only HTTP/1.1, and 50 elsewhere.
   */
  readonly maxLongPolls?: number | undefined;
  /** The source of time and randomness, which tests replace. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * A client of a service whose long-running methods return operations. For each service, the generated code has an
 * equivalent interface: use that one unless your code is generic.
 */
export type LroClient<S extends LroService> = Omit<Client<S["service"]>, keyof S["methods"]> & {
  [K in keyof S["methods"]]: S["methods"][K] extends LroMethod<infer I, infer R, infer M> ? LroCall<I, R, M> : never;
};

/**
 * Creates a client of a service, for example `createLroClient(LibraryServiceLro, transport)`. The generated
 * `createLibraryServiceClient` does the same for its service.
 *
 * @throws Error if the generated code lacks the service google.longrunning.Operations.
 * @throws RangeError if an option is out of range.
 */
export function createLroClient<S extends LroService>(
  { service, methods }: S,
  transport: Transport,
  options: LroClientOptions<NoInfer<S>> = {},
): LroClient<S> {
  const client = createClient(service as DescService, transport) as Record<string, unknown>;
  let remote: Remote | undefined;
  for (const [name, method] of Object.entries(methods)) {
    remote ??= createRemote(operationsOf(method), options.operationsTransport ?? transport, options);
    client[name] = lroCall(method, client[name] as Start, remote, options);
  }
  return client as LroClient<S>;
}

// Uses the descriptors in the generated code: a second copy would take up a fifth of the client's size.
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
  const ofMethod = options.methods?.[method.rpc.localName];
  const base = layeredPolling(method.polling, options.polling, ofMethod?.polling);

  function pollingOf({ polling }: OperationResumeOptions): Polling {
    return polling ? layeredPolling(base, polling) : base;
  }

  function open(
    name: string,
    polling: Polling,
    { headers, contextValues }: OperationResumeOptions,
    started?: RawOperation,
  ): Operation {
    const subject = { ref: { name, method: rpc }, remote, polling, context: { headers, contextValues } };
    return new OperationHandle(new PollLoop(subject, started), method);
  }

  function send(request: object, polling: Polling, own: LroCallOptions): Promise<RawOperation> {
    const { requestId, startTimeoutMs } = method;
    // The signal, timeout and callbacks apply only to this call.
    const call = withContext({}, own, startTimeoutMs);
    const retry = requestId && (own.retryStart ?? ofMethod?.retryStart ?? options.retryStart ?? true);
    const sent = retry ? withRequestId(request, requestId) : request;
    return retryTransient(remote, retry ? polling : { ...polling, isTransient: () => false }, call, () =>
      start(sent, call),
    );
  }

  async function call(request: object, options: LroCallOptions = {}): Promise<Operation> {
    const polling = pollingOf(options);
    const started = await send(request, polling, options);
    if (started.name === "" && !started.done) {
      const message = `${rpc} returned an operation that has no name and is not done`;
      throw new OperationNameError({ name: "", method: rpc }, message);
    }
    return open(started.name, polling, options, started);
  }

  function resume(nameOrToken: string, options: OperationResumeOptions = {}): Operation {
    return open(nameFrom(nameOrToken, rpc), pollingOf(options), options);
  }

  return Object.assign(call, { resume });
}
