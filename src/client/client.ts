import type {
  DescMessage,
  DescMethodUnary,
  DescService,
  Message,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { type CallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";
import type { Operation as RawOperation } from "../gen/google/longrunning/operations_pb.ts";
import { OperationNameError } from "../operation/errors.ts";
import type { LroMethod, LroMethods, LroService } from "../operation/lro-service.ts";
import type { Clock } from "./clock.ts";
import type { Operation } from "./operation.ts";
import { OperationHandle } from "./operation-handle.ts";
import { PollLoop } from "./poll-loop.ts";
import { defaultPolling, type PollingOptions } from "./polling.ts";
import { createRemote, type Remote } from "./remote.ts";
import { nameFrom } from "./token.ts";

/**
 * A long-running method: call it to start an operation, or resume one that was started before. A call resolves when the
 * server has answered, which is long before the operation is done.
 */
export interface LroCall<I extends DescMessage, R extends Message, M extends Message> {
  // Without a comment of its own, so that editors show the one of the rpc.
  (request: MessageInitShape<I>, options?: LroCallOptions): Promise<Operation<R, M>>;
  /**
   * The operation of this name or token. Makes no call.
   *
   * @throws OperationNameError if there is no name, the token is broken, or it belongs to another method.
   */
  resume(nameOrToken: string, options?: ResumeOptions): Operation<R, M>;
}

/**
 * Options of a call that starts an operation. `signal` and `timeoutMs` hold for that call only; headers and context
 * values go with every later call on the operation as well.
 */
export interface LroCallOptions extends CallOptions {
  /** How to poll this operation. */
  readonly polling?: PollingOptions;
}

/** Options of an operation that was started before. */
export type ResumeOptions = Pick<LroCallOptions, "headers" | "contextValues" | "polling">;

/** Options of a client. */
export interface LroClientOptions {
  /** How to poll. It goes before what the API's service YAML says, and behind what a call says. */
  readonly polling?: PollingOptions;
  /** How to poll the operations of a method, by its local name, such as `createBook`. */
  readonly methodPolling?: Readonly<Record<string, PollingOptions>>;
  /** Where google.longrunning.Operations is served, if not where the service is. */
  readonly operationsTransport?: Transport;
  /** Where time comes from. Tests put their own in place. */
  readonly clock?: Clock;
}

/** A client of a service, whose long-running methods return operations. */
export type LroClient<S extends DescService, L extends LroMethods> = Omit<Client<S>, keyof L> & {
  [K in keyof L]: Extract<S["method"][K & string], { methodKind: "unary" }> extends DescMethodUnary<infer I>
    ? LroCall<I, MessageShape<L[K]["response"]>, MessageShape<L[K]["metadata"]>>
    : never;
};

/** Creates a client. Generated code calls it with the table of the service's long-running methods. */
export function lroClient<S extends DescService, L extends LroMethods>(
  { service, methods }: LroService<S, L>,
  transport: Transport,
  options: LroClientOptions = {},
): LroClient<S, L> {
  const remote = createRemote(options.operationsTransport ?? transport, options.clock);
  const client = createClient(service as DescService, transport) as Record<string, unknown>;
  for (const [name, types] of Object.entries(methods)) {
    const start = client[name] as Start;
    const method = service.method[name] as DescMethodUnary;
    client[name] = lroCall(method, types, start, remote, options);
  }
  return client as LroClient<S, L>;
}

type Start = (request: object, options: CallOptions) => Promise<RawOperation>;

function lroCall(
  method: DescMethodUnary,
  types: LroMethod,
  start: Start,
  remote: Remote,
  options: LroClientOptions,
): LroCall<DescMessage, Message, Message> {
  const fullName = `${method.parent.typeName}.${method.name}`;
  const layers = {
    ...defaultPolling,
    ...types.polling,
    ...options.polling,
    ...options.methodPolling?.[method.localName],
  };

  function operation(name: string, started: RawOperation | undefined, options: LroCallOptions): Operation {
    // The signal and the callbacks belong to the call that starts the operation.
    const { signal, timeoutMs, onHeader, onTrailer, polling: own, ...context } = options;
    const polling = own ? { ...layers, ...own } : layers;
    const subject = { ref: { name, method: fullName }, remote, polling, context };
    return new OperationHandle(new PollLoop(subject, started), types);
  }

  async function call(request: object, options: LroCallOptions = {}): Promise<Operation> {
    const started = await start(request, options);
    if (started.name === "" && !started.done) {
      const message = `${fullName} returned an operation without a name that is not done`;
      throw new OperationNameError({ name: "", method: fullName }, message);
    }
    return operation(started.name, started, options);
  }

  function resume(nameOrToken: string, options: ResumeOptions = {}): Operation {
    return operation(nameFrom(nameOrToken, fullName), undefined, options);
  }

  return Object.assign(call, { resume });
}
