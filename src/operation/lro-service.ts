import type { DescMethod, DescMethodUnary, DescService, Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";

/**
 * What a service's YAML says about polling the operations of a method, in
 * `publishing.method_settings[].long_running`. Times are in milliseconds.
 */
export interface LroPolling {
  /** The delay before the first poll. Default 100. */
  readonly initialDelayMs?: number | undefined;
  /** What the delay is multiplied with after each poll. Default 1.3. */
  readonly delayMultiplier?: number | undefined;
  /** The longest delay. Default 10,000. */
  readonly maxDelayMs?: number | undefined;
  /** How long a wait takes that does not say so itself. 0 or less is without limit, as is the default. */
  readonly totalTimeoutMs?: number | undefined;
}

/**
 * A long-running method, and the types that its operations hold, as `google.longrunning.operation_info` names them.
 *
 * @typeParam I The request message.
 * @typeParam R The response message.
 * @typeParam M The metadata message.
 */
export interface LroMethod<I extends Message = Message, R extends Message = Message, M extends Message = Message> {
  /** The rpc that starts the operations. */
  readonly rpc: DescMethodUnary;
  /** The type of the request. */
  readonly request: GenMessage<I>;
  /** The type of `Operation.response`. */
  readonly response: GenMessage<R>;
  /** The type of `Operation.metadata`. */
  readonly metadata: GenMessage<M>;
  /** How to poll, if the API's publisher says so. */
  readonly polling?: LroPolling;
}

/** Returns the full name of an rpc, such as `acme.library.v1.LibraryService.CreateBook`. */
export function fullName({ parent, name }: DescMethod): string {
  return `${parent.typeName}.${name}`;
}

/** Long-running methods by their local names, such as `createBook`. */
export type LroMethods = Readonly<Record<string, LroMethod>>;

/** A service with its long-running methods. Generated code exports one for each service that has any. */
export interface LroService<S extends DescService = DescService> {
  readonly service: S;
  readonly methods: LroMethods;
}

/** What generated code says of a service with long-running methods. The rest is in its descriptors. */
export interface LroServiceInit<T extends LroService> {
  readonly methods: { readonly [K in keyof T["methods"]]: Omit<T["methods"][K], "rpc" | "request"> };
}

/**
 * Joins a service and its long-running methods, and links each method to its rpc.
 *
 * @throws Error if the service has no such rpc.
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
