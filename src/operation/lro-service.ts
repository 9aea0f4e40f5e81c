import type { DescMethod, DescMethodUnary, DescService, Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";

/**
 * How to poll the operations of a method, as in `publishing.method_settings[].long_running` of an API's service YAML
 * (google.api.MethodSettings). Times are in milliseconds.
 */
export interface LroPolling {
  /** Delay before the first poll. Default 100. */
  readonly initialDelayMs?: number | undefined;
  /** Factor by which the delay grows after each poll. Default 1.3. */
  readonly delayMultiplier?: number | undefined;
  /** Maximum delay between two polls. Default 10,000. */
  readonly maxDelayMs?: number | undefined;
  /** Timeout of waits that do not set `timeoutMs`. 0 or less means no limit. Default: no limit. */
  readonly totalTimeoutMs?: number | undefined;
}

/**
 * A long-running method, with the types of its operations' responses and metadata from
 * `google.longrunning.operation_info`.
 *
 * @typeParam I The request message.
 * @typeParam R The response message.
 * @typeParam M The metadata message.
 */
export interface LroMethod<I extends Message = Message, R extends Message = Message, M extends Message = Message> {
  /** The descriptor of the method. */
  readonly rpc: DescMethodUnary;
  /** The type of the request. */
  readonly request: GenMessage<I>;
  /** The type of `Operation.response`. */
  readonly response: GenMessage<R>;
  /** The type of `Operation.metadata`. */
  readonly metadata: GenMessage<M>;
  /** Polling settings from the API's service YAML, if the plugin option `service_yaml` was set. */
  readonly polling?: LroPolling;
  /**
   * Timeout of calls that start an operation and do not set `timeoutMs`: the deadline in the API's service YAML, if the
   * plugin option `service_yaml` was set.
   */
  readonly startTimeoutMs?: number;
  /**
   * The local name of the request field that identifies the request (AIP-155). A server that receives a request twice
   * starts one operation. Clients fill in a UUID. Not set if the API declares no such field.
   */
  readonly requestId?: string;
}

/** Returns the full name of a method, such as `acme.library.v1.LibraryService.CreateBook`. */
export function fullName({ parent, name }: DescMethod): string {
  return `${parent.typeName}.${name}`;
}

/** Long-running methods by local name, such as `createBook`. */
export type LroMethods = Readonly<Record<string, LroMethod>>;

/** The method table of a service. Generated code exports one for each service that has long-running methods. */
export interface LroService<S extends DescService = DescService> {
  readonly service: S;
  readonly methods: LroMethods;
}

/** The part of a method table that generated code contains. The rest comes from the service's descriptor. */
export interface LroServiceInit<T extends LroService> {
  readonly methods: { readonly [K in keyof T["methods"]]: Omit<T["methods"][K], "rpc" | "request"> };
}

/**
 * Creates a method table from a service's descriptor and its long-running methods. Generated code calls it.
 *
 * @throws Error if the service does not have one of the methods.
 */
export function lroService<T extends LroService>(service: T["service"], { methods }: LroServiceInit<T>): T {
  const linked = Object.entries<Omit<LroMethod, "rpc" | "request">>(methods).map(([localName, types]) => {
    const rpc = service.method[localName] as DescMethodUnary | undefined;
    if (rpc === undefined) {
      throw new Error(`${service.typeName} has no rpc "${localName}": generate all code from the same proto`);
    }
    return [localName, { rpc, request: rpc.input, ...types }];
  });
  return { service, methods: Object.fromEntries(linked) } as unknown as T;
}
