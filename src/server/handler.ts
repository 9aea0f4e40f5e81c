import type { Message } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LroMethod, LroService } from "../operation/lro-service.ts";
import type { InitOf, LroResponseInit } from "../operation/message-init.ts";
import type { MaybePromise } from "./implementation.ts";

/** A transaction of the engine's database, for writing your own data together with the response of an operation. */
export interface LroTransaction {
  /**
   * Runs one statement, in which `$1`, `$2` … stand for the values.
   *
   * @throws Error if the transaction has ended.
   */
  query(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  /**
   * The driver's object for the transaction: a client of `pg`, or a transaction of PGlite. To get it with its type,
   * call `postgresClient` or `pgliteTransaction` from the engine's module.
   */
  readonly client: unknown;
}

/** The operation that a handler runs. Without type arguments, it fits the operations of all methods. */
// biome-ignore lint/suspicious/noExplicitAny: parameter types differ by method, so only any fits all methods.
export interface RunningOperation<R extends Message = any, M extends Message = any> {
  /** The name of the operation. Use it as the idempotency key of side effects outside the engine's database. */
  readonly name: string;
  /** The principal that started the operation, from the server's `access.principal`. */
  readonly principal: string;
  /** The number of this attempt, from 1. If it is greater than 1, an earlier attempt may have done part of the work. */
  readonly attempt: number;
  /** The latest metadata: from the last `update`, or else from the previous attempt. `undefined` if there is none. */
  readonly metadata: M | undefined;
  /** Aborts if the handler should stop. Its reason is an OperationInterruption. Pass it to the calls that you make. */
  readonly signal: AbortSignal;
  /**
   * Replaces the metadata. To build on the current metadata, pass a function: it gets the current metadata, or an empty
   * message. Call `update` as often as you like: updates within 200 ms are combined into one write.
   *
   * @throws OperationInterruption if the lease was lost or the operation was preempted.
   */
  update(metadata: InitOf<M> | ((current: M) => InitOf<M>)): Promise<void>;
  /**
   * Completes the operation with the response that the function returns, in one transaction of the engine's database
   * together with everything that the function writes through `tx`. If the function throws, nothing is written. The
   * transaction is retried while the database is unavailable or the function throws UNAVAILABLE, so the function can
   * run more than once. Returns the response, for `run` to return: after a commit, the server ignores the result of
   * `run`.
   *
   * @throws OperationInterruption if the lease was lost or the operation was preempted.
   */
  commit(work: (tx: LroTransaction) => MaybePromise<LroResponseInit<R>>): Promise<R>;
}

/**
 * Runs an operation. Returns its response, or throws its error: a ConnectError is stored as it is, other errors become
 * INTERNAL without their message. Runs again after a crash or a lost lease.
 */
export type LroRun<I extends Message, R extends Message, M extends Message> = (
  request: I,
  operation: RunningOperation<R, M>,
) => MaybePromise<LroResponseInit<R>>;

/** A call that starts an operation. The handler's callbacks get it. */
export interface StartContext {
  /** The UUID of the new operation. */
  readonly id: string;
  /** The caller, from the server's `access.principal`. */
  readonly principal: string;
  /** The call, with its headers, signal and context values. */
  readonly call: HandlerContext;
}

/** Mutual exclusion of operations of one method (AIP-151, "Parallel operations"). */
export interface LroExclusiveOptions<I extends Message> {
  /**
   * Returns a key, such as the name of the resource that the operation changes. Only operations of the same method with
   * the same key exclude each other. `undefined` means that the operation excludes none.
   */
  key(request: I, start: StartContext): string | undefined;
  /**
   * The operations that a key applies to: only those of the same principal, or those of all principals. With "all", a
   * caller can block or end operations of other principals. Default "own".
   */
  readonly scope?: "own" | "all" | undefined;
  /**
   * What to do if an operation is started while another operation of this method with the same key is not done:
   *
   * - `queue`: the new operation runs after the earlier ones.
   * - `reject`: the call that starts the new operation fails with ABORTED. A ResourceInfo in its details names the
   *   other operation, if the caller may get it.
   * - `preempt`: the earlier operation fails with ABORTED, and the new one runs as soon as the earlier handler stops.
   */
  readonly onBusy: "queue" | "reject" | "preempt";
}

/** A handler with options. */
export interface LroHandlerOptions<I extends Message, R extends Message, M extends Message> {
  /** Runs an operation. */
  readonly run: LroRun<I, R, M>;
  /**
   * Checks the request. If it throws, the call fails and no operation starts. The caller gets a ConnectError as it is,
   * and any other error as INTERNAL without its message.
   */
  validate?(request: I, start: StartContext): MaybePromise<void>;
  /** Returns the response if it is already known: the operation is then done when the call returns it. */
  immediate?(request: I, start: StartContext): MaybePromise<InitOf<R> | undefined>;
  /** Which operations exclude each other. Default: all operations may run concurrently. */
  readonly exclusive?: LroExclusiveOptions<I> | undefined;
  /**
   * Returns the request ID (AIP-155): a second call with the same ID and request returns the first operation. Default:
   * the field `request_id`, if the request has one.
   */
  requestId?(request: I, start: StartContext): string | undefined;
  /**
   * What to do if the field `validate_only` of the request is true (AIP-163). "validate" calls `validate`, then returns
   * an operation that is done, has no name and is not stored. "run" stores and runs an operation without a key, whose
   * `run` must only validate. Default "validate".
   */
  readonly validateOnly?: "validate" | "run" | undefined;
  /** Returns the name of the operation, which must end with `/{id}`. Default `operations/{id}`. */
  operationName?(request: I, start: StartContext): string;
  /**
   * The number of crashes or lost leases of its workers after which an operation fails with INTERNAL. Errors that the
   * handler throws do not count. Default: the server's.
   */
  readonly maxCrashes?: number | undefined;
  /** How long the operation is stored after it is done, in milliseconds. Default: the server's. */
  readonly expireAfterMs?: number | undefined;
  /**
   * Maximum size of a request in bytes. Larger ones fail with RESOURCE_EXHAUSTED. Default: `readMaxBytes` of the
   * options with which the service is registered, otherwise the server's.
   */
  readonly maxRequestBytes?: number | undefined;
}

/** The handler of a long-running method: its `run` function, alone or with options. */
export type LroHandler<I extends Message = Message, R extends Message = Message, M extends Message = Message> =
  | LroRun<I, R, M>
  | LroHandlerOptions<I, R, M>;

/** The implementation of a service: a handler for each long-running method, and Connect's functions for the others. */
export type LroHandlers<S extends LroService> = Omit<ServiceImpl<S["service"]>, keyof S["methods"]> & {
  [K in keyof S["methods"]]: S["methods"][K] extends LroMethod<infer I, infer R, infer M> ? LroHandler<I, R, M> : never;
};
