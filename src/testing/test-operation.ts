import { create, type Message } from "@bufbuild/protobuf";
import type { LroMethod } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import type { LroTransaction, RunningOperation } from "../server/handler.ts";
import { OperationInterruption, type OperationInterruptionReason } from "../server/interruption.ts";
import { pack } from "../server/result.ts";

/** A statement that a handler has run in its `commit`. */
export interface TestQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A running operation for the test of a handler. It runs nowhere, and keeps what the handler does with it. */
export interface TestOperation<R extends Message = Message, M extends Message = Message>
  extends RunningOperation<R, M> {
  /** The metadata that `update` has set, call by call. */
  readonly updates: readonly M[];
  /** The response that `commit` has ended the operation with. Undefined if it has not. */
  readonly committed: R | undefined;
  /** The statements that were run in the transaction of that commit. */
  readonly queries: readonly TestQuery[];
  /**
   * Tells the handler to stop: the signal aborts with an OperationInterruption. After "preempted" and "lease-lost",
   * `update` and `commit` are refused, as a server does.
   */
  interrupt(reason: OperationInterruptionReason): void;
}

/** What the handler finds. */
export interface TestOperationOptions<M extends Message = Message> {
  /** Default `operations/1`. */
  readonly name?: string | undefined;
  /** Who started it. Default: nobody in particular, the empty string. */
  readonly principal?: string | undefined;
  /** Which run this is, from 1. Default 1. */
  readonly attempt?: number | undefined;
  /** What the run before has left. Default: nothing. */
  readonly metadata?: InitOf<M> | undefined;
  /** What the transaction of `commit` answers to a statement. Default: no rows. */
  readonly query?: LroTransaction["query"] | undefined;
  /** The `client` of that transaction. Default: undefined. */
  readonly client?: unknown;
}

/**
 * Creates a running operation for the test of a handler.
 *
 * @param method The method's entry in the generated table, such as `LibraryServiceLro.methods.createBook`.
 */
export function createTestOperation<R extends Message, M extends Message>(
  method: LroMethod<Message, R, M>,
  options: TestOperationOptions<M> = {},
): TestOperation<R, M> {
  return new RecordedOperation(method, options);
}

/** An operation that keeps in memory what is done with it. */
class RecordedOperation<R extends Message, M extends Message> implements TestOperation<R, M> {
  readonly name: string;
  readonly principal: string;
  readonly attempt: number;
  readonly updates: M[] = [];
  readonly queries: TestQuery[] = [];
  readonly #method: LroMethod<Message, R, M>;
  readonly #options: TestOperationOptions<M>;
  readonly #controller = new AbortController();
  #metadata: M | undefined;
  #committed: R | undefined;

  constructor(method: LroMethod<Message, R, M>, options: TestOperationOptions<M>) {
    const { name = "operations/1", principal = "", attempt = 1, metadata } = options;
    this.name = name;
    this.principal = principal;
    this.attempt = attempt;
    this.#method = method;
    this.#options = options;
    this.#metadata = metadata && pack(method.metadata, metadata).message;
    // Handlers may take it apart.
    this.update = this.update.bind(this);
    this.commit = this.commit.bind(this);
  }

  get metadata(): M | undefined {
    return this.#metadata;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get committed(): R | undefined {
    return this.#committed;
  }

  async update(metadata: Parameters<RunningOperation<R, M>["update"]>[0]): Promise<void> {
    this.#refuseIfEnded();
    const { metadata: schema } = this.#method;
    const current = this.#metadata ?? (create(schema) as M);
    const { message } = pack(schema, typeof metadata === "function" ? metadata(current) : metadata);
    this.#metadata = message;
    this.updates.push(message);
  }

  async commit(work: Parameters<RunningOperation<R, M>["commit"]>[0]): Promise<R> {
    this.#refuseIfEnded();
    const queries: TestQuery[] = [];
    const { query = async () => ({ rows: [] }), client } = this.#options;
    const response = await work({
      client,
      query(text, values = []) {
        queries.push({ text, values });
        return query(text, values);
      },
    });
    this.#refuseIfEnded();
    this.#committed = pack(this.#method.response, response).message;
    this.queries.push(...queries);
    return this.#committed;
  }

  interrupt(reason: OperationInterruptionReason): void {
    this.#controller.abort(new OperationInterruption(reason));
  }

  #refuseIfEnded(): void {
    if (this.#committed) {
      throw new Error(`operation ${this.name} has ended: its commit was its last write`);
    }
    const { reason: interruption } = this.signal;
    if (interruption?.reason === "lease-lost" || interruption?.reason === "preempted") {
      throw interruption;
    }
  }
}
