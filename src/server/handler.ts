import type { Message } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LroMethod, LroService } from "../operation/lro-service.ts";
import type { InitOf, LroResponseInit } from "../operation/message-init.ts";
import type { MaybePromise } from "./implementation.ts";

/** A transaction of the engine's database, for data that must be written together with a result. */
export interface LroTransaction {
  /**
   * Runs one statement, with `$1`, `$2` … for the values.
   *
   * @throws Error if the transaction has ended.
   */
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  /**
   * The driver's own object for the transaction: `pg`'s client, or PGlite's transaction. `postgresClient` and
   * `pgliteLroTransaction`, of the engines' modules, return it with its type.
   */
  readonly client: unknown;
}

/** An operation, as the function that does its work sees it. Without type parameters, one of any method. */
// biome-ignore lint/suspicious/noExplicitAny: what an operation takes differs by its types, so no other type fits all.
export interface RunningOperation<R extends Message = any, M extends Message = any> {
  readonly name: string;
  /** Who started it, as the server's `access.principal` says. */
  readonly principal: string;
  /** From 1. More than 1 means that an earlier run has not come to its end: it may have done a part of the work. */
  readonly attempt: number;
  /** The latest metadata: what `update` has set, or else what the run before has left, such as how far it came. */
  readonly metadata: M | undefined;
  /** Aborted when the work should stop. Its reason is an OperationInterruption. */
  readonly signal: AbortSignal;
  /**
   * Sets the metadata, which replace those there are. A function is given those, or an empty message, to build on. Call
   * it as often as you like: writes that follow each other closely become one.
   *
   * @throws OperationInterruption if the lease is lost or the operation preempted.
   */
  update(metadata: InitOf<M> | ((current: M) => InitOf<M>)): Promise<void>;
  /**
   * Ends the operation with the response that the function returns, in one transaction with what the function writes:
   * both are kept, or neither. The transaction is one of the engine's database. While that does not answer, or the
   * function fails with UNAVAILABLE, it is tried again: the function may run more than once.
   *
   * @throws OperationInterruption if the lease is lost or the operation preempted.
   */
  commit(work: (tx: LroTransaction) => MaybePromise<LroResponseInit<R>>): Promise<R>;
}

/** Does the work of an operation. It runs again after a crash. What it throws becomes the operation's error. */
export type LroRun<I extends Message, R extends Message, M extends Message> = (
  request: I,
  operation: RunningOperation<R, M>,
) => MaybePromise<LroResponseInit<R>>;

/** A call that starts an operation, as the callbacks of its handler see it. */
export interface StartContext {
  /** A UUID that is made for the operation. */
  readonly id: string;
  /** Who calls, as the server's `access.principal` says. */
  readonly principal: string;
  /** The call, with its headers, signal and context values. */
  readonly call: HandlerContext;
}

/** How operations on one resource exclude each other (AIP-151, "Parallel operations"). */
export interface LroExclusiveOptions<I extends Message> {
  /** Names the resource that the operation works on. Undefined if it shares none. */
  key(request: I, start: StartContext): string | undefined;
  /**
   * What becomes of an operation that is started while another of this method holds the key:
   *
   * - `queue`: it runs when those before it are done.
   * - `reject`: starting it fails with ABORTED.
   * - `preempt`: it takes the place of the other, which ends with ABORTED.
   */
  readonly onBusy: "queue" | "reject" | "preempt";
}

/** How a method starts its operations and does their work. */
export interface LroHandlerOptions<I extends Message, R extends Message, M extends Message> {
  /** Does the work of an operation. It runs again after a crash. What it throws becomes the operation's error. */
  readonly run: LroRun<I, R, M>;
  /** Checks the request before the operation starts. What it throws fails the call, and nothing is started. */
  validate?(request: I, start: StartContext): MaybePromise<void>;
  /** A response that is known already, for an operation that is done when it is returned. Else undefined. */
  immediate?(request: I, start: StartContext): MaybePromise<InitOf<R> | undefined>;
  /** Which operations exclude each other. Default: they run at the same time. */
  readonly exclusive?: LroExclusiveOptions<I> | undefined;
  /** Makes retries of the call safe (AIP-155). Default: the field `request_id`, if the request has one. */
  requestId?(request: I, start: StartContext): string | undefined;
  /**
   * What a request does whose field `validate_only` is true: "validate" stops after `validate`, and returns an operation
   * that is done and not stored; "run" starts an operation like any other, whose `run` validates. Default "validate".
   */
  readonly validateOnly?: "validate" | "run" | undefined;
  /** The name of the operation. It must end with the id. Default `operations/{id}`. */
  operationName?(request: I, start: StartContext): string;
  /**
   * The operation fails with INTERNAL when its worker has crashed or lost its lease so often. Default: the server's.
   * What the handler throws does not count.
   */
  readonly maxCrashes?: number | undefined;
  /** How long the operation is kept once it is done, in milliseconds. Default: the server's. */
  readonly expireAfterMs?: number | undefined;
}

/** The handler of a long-running method: the function that does the work, alone or with options. */
export type LroHandler<I extends Message = Message, R extends Message = Message, M extends Message = Message> =
  | LroRun<I, R, M>
  | LroHandlerOptions<I, R, M>;

/** The methods of a service, where each long-running one has a handler. */
export type LroHandlers<S extends LroService> = Omit<ServiceImpl<S["service"]>, keyof S["methods"]> & {
  [K in keyof S["methods"]]: S["methods"][K] extends LroMethod<infer I, infer R, infer M> ? LroHandler<I, R, M> : never;
};
