import { create, type Message } from "@bufbuild/protobuf";
import type { LroMethod } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import type { LroTransaction, RunningOperation } from "../server/handler.ts";
import { OperationInterruption, type OperationInterruptionReason } from "../server/interruption.ts";
import { pack } from "../server/result.ts";

/** A statement that a handler ran in its `commit`. */
export interface TestQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A running operation for testing a handler without a server. It records the handler's calls. */
export interface TestOperation<R extends Message = Message, M extends Message = Message>
  extends RunningOperation<R, M> {
  /** The metadata of each successful `update`, in the order of the calls. */
  readonly updates: readonly M[];
  /** The response that `commit` recorded. `undefined` if no commit succeeded. */
  readonly committed: R | undefined;
  /** The statements in the transaction of the successful commit. */
  readonly queries: readonly TestQuery[];
  /**
   * Interrupts the handler: its signal aborts with an OperationInterruption. As on a server, `update` and `commit`
   * throw after "preempted" or "lease-lost".
   */
  interrupt(reason: OperationInterruptionReason): void;
}

/** The operation that the handler gets. */
export interface TestOperationOptions<M extends Message = Message> {
  /** The name of the operation. Default `operations/1`. */
  readonly name?: string | undefined;
  /** The principal that started the operation. Default: the empty string, as on a server without `access.principal`. */
  readonly principal?: string | undefined;
  /** The number of the attempt, from 1. Default 1. */
  readonly attempt?: number | undefined;
  /** The metadata that the previous attempt wrote. Default: none. */
  readonly metadata?: InitOf<M> | undefined;
  /** Runs the statements of the transaction that `commit` passes to its function. Default: returns no rows. */
  readonly query?: LroTransaction["query"] | undefined;
  /** The `client` of that transaction. Default: `undefined`. */
  readonly client?: unknown;
}

/**
 * Creates a running operation for testing a handler.
 *
 * @param method The method in the generated method table, such as `LibraryServiceLro.methods.createBook`.
 */
export function createTestOperation<R extends Message, M extends Message>(
  method: LroMethod<Message, R, M>,
  options: TestOperationOptions<M> = {},
): TestOperation<R, M> {
  return new RecordedOperation(method, options);
}

/** An operation that records calls in memory. */
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
    // Handlers may destructure the operation.
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
      throw new Error(`operation ${this.name} is already done: do not call update or commit after a commit`);
    }
    const { reason: interruption } = this.signal;
    if (interruption?.reason === "lease-lost" || interruption?.reason === "preempted") {
      throw interruption;
    }
  }
}
