import type { DescMessage, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { LroMethods } from "../operation/lro-service.ts";
import type { Duration } from "./duration.ts";
import type { Parallel, Transaction } from "./engine.ts";
import type { MaybePromise } from "./stub.ts";

/** An operation, as the function that does its work sees it. */
export interface RunningOperation<R extends DescMessage = DescMessage, M extends DescMessage = DescMessage> {
  readonly name: string;
  /** Who started it, as the server's `principal` says. */
  readonly principal: string;
  /** From 1. More than 1 means that an earlier run has not come to its end: it may have done a part of the work. */
  readonly attempt: number;
  /** The metadata that the last run has left, such as how far it came. */
  readonly metadata: MessageShape<M> | undefined;
  /** Aborted when the work should stop. Its reason is an OperationInterruption. */
  readonly signal: AbortSignal;
  /**
   * Sets the metadata. Call it as often as you like: writes that follow each other closely become one.
   *
   * @throws OperationInterruption if the lease is lost or the operation preempted.
   */
  update(metadata: MessageInitShape<M>): Promise<void>;
  /**
   * Ends the operation with the response that the function returns, in one transaction with what the function writes:
   * both are kept, or neither. The transaction is one of the engine's database. While that does not answer, or the
   * function fails with UNAVAILABLE, it is tried again.
   *
   * @throws OperationInterruption if the lease is lost or the operation preempted.
   */
  commit(work: (tx: Transaction) => MaybePromise<MessageInitShape<R>>): Promise<MessageShape<R>>;
}

/** Does the work of an operation. It runs again after a crash. What it throws becomes the operation's error. */
export type LroRun<I extends DescMessage, R extends DescMessage, M extends DescMessage> = (
  request: MessageShape<I>,
  operation: RunningOperation<R, M>,
) => MaybePromise<MessageInitShape<R>>;

/** How a method starts its operations and does their work. */
export interface LroHandlerOptions<I extends DescMessage, R extends DescMessage, M extends DescMessage> {
  /** Does the work of an operation. It runs again after a crash. What it throws becomes the operation's error. */
  readonly run: LroRun<I, R, M>;
  /** Checks the request before the operation starts. What it throws fails the call, and nothing is started. */
  validate?(request: MessageShape<I>, context: HandlerContext): MaybePromise<void>;
  /** A response that is known at once, for an operation that is done when it is returned. Else undefined. */
  immediate?(request: MessageShape<I>, context: HandlerContext): MaybePromise<MessageInitShape<R> | undefined>;
  /** Names the resource that the operation works on. Undefined where it shares none. */
  key?(request: MessageShape<I>): string | undefined;
  /** How operations of this method with the same key share the resource. Default "allow". */
  readonly parallel?: Parallel;
  /** Makes retries of the call safe (AIP-155). Default: the field `request_id`, where the request has one. */
  requestId?(request: MessageShape<I>): string | undefined;
  /**
   * What a request does whose field `validate_only` is true: "validate" stops after `validate`, and returns an operation
   * that is done and not stored; "run" starts an operation like any other, whose `run` validates. Default "validate".
   */
  readonly validateOnly?: "validate" | "run";
  /** The name of the operation. It must end with the id. Default `operations/{id}`. */
  operationName?(request: MessageShape<I>, id: string): string;
  /** How often a worker may crash or lose its lease before the operation fails. Default: the server's. */
  readonly maxAttempts?: number;
  /** How long the operation is kept once it is done. Default: the server's. */
  readonly expireAfter?: Duration;
}

/** The handler of a long-running method: the function that does the work, alone or with options. */
export type LroHandler<I extends DescMessage, R extends DescMessage, M extends DescMessage> =
  | LroRun<I, R, M>
  | LroHandlerOptions<I, R, M>;

/** The methods of a service, where each long-running one has a handler. */
export type LroHandlers<S extends DescService, L extends LroMethods> = Omit<ServiceImpl<S>, keyof L> & {
  [P in keyof L]: P extends keyof S["method"]
    ? LroHandler<S["method"][P]["input"], L[P]["response"], L[P]["metadata"]>
    : never;
};
