import type { Message } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import type { Clock } from "../client/clock.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import type { LroMethod } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { packOperation } from "../server/operation-init.ts";

/** The course of an operation. Times are in milliseconds. */
export interface OperationScript<R extends Message = Message, M extends Message = Message> {
  /** How long the operation runs, on the clock of the options. Default 0: it is done when it is started. */
  readonly takesMs?: number | undefined;
  /** The metadata, or a function that returns the metadata at a time after the start. Default: none. */
  readonly metadata?: InitOf<M> | ((elapsedMs: number) => InitOf<M>) | undefined;
  /** The response, unless `error` is set. Default: an empty message. */
  readonly response?: InitOf<R> | undefined;
  /** The error with which the operation fails, including its details. Default: the operation succeeds. */
  readonly error?: ConnectError | undefined;
}

/** An in-memory server of google.longrunning.Operations, for tests. */
export interface InMemoryOperations {
  /** The methods that were called, such as "GetOperation", in the order of the calls. */
  readonly calls: readonly string[];
  /** Adds google.longrunning.Operations to a Connect router. You can pass the function on without its object. */
  readonly routes: (router: ConnectRouter) => ConnectRouter;
  /**
   * Starts an operation, which your implementation of the long-running method returns.
   *
   * @param method The method in the generated method table, such as `LibraryServiceLro.methods.createBook`.
   */
  start<R extends Message, M extends Message>(
    method: LroMethod<Message, R, M>,
    script: OperationScript<R, M>,
  ): RawOperation;
}

/** Options of an in-memory server. */
export interface InMemoryOperationsOptions {
  /** The clock of the client under test, usually a fake clock. */
  readonly clock: Clock;
  /** Whether the server implements WaitOperation. Default true. */
  readonly waitOperation?: boolean | undefined;
}

/** Creates an in-memory server without operations. */
export function createInMemoryOperations(options: InMemoryOperationsOptions): InMemoryOperations {
  const { clock, waitOperation = true } = options;
  const stored = new Map<string, StoredOperation>();
  const calls: string[] = [];
  let started = 0;

  function find(call: string, name: string): StoredOperation {
    calls.push(call);
    const operation = stored.get(name);
    if (!operation) {
      throw new ConnectError(`operation ${JSON.stringify(name)} not found`, Code.NotFound);
    }
    return operation;
  }

  return {
    calls,
    start(method, script) {
      const operation = new StoredOperation(`operations/${++started}`, method, script, clock);
      stored.set(operation.name, operation);
      return operation.read();
    },
    routes(router) {
      return router.service(Operations, {
        getOperation: ({ name }) => find("GetOperation", name).read(),
        listOperations({ pageSize, pageToken }) {
          calls.push("ListOperations");
          const from = Number(pageToken);
          const to = from + (pageSize || 100);
          const operations = [...stored.values()].slice(from, to).map((operation) => operation.read());
          return { operations, nextPageToken: to < stored.size ? String(to) : "" };
        },
        cancelOperation({ name }) {
          find("CancelOperation", name).cancel();
          return {};
        },
        deleteOperation({ name }) {
          stored.delete(find("DeleteOperation", name).name);
          return {};
        },
        ...(waitOperation && {
          async waitOperation({ name, timeout }, { signal }) {
            const operation = find("WaitOperation", name);
            await operation.ended(timeout ? durationMs(timeout) : Number.POSITIVE_INFINITY, signal);
            return operation.read();
          },
        }),
      });
    },
  };
}

/** An operation whose state depends only on its script and the time. */
class StoredOperation {
  readonly name: string;
  readonly #method: LroMethod;
  readonly #script: OperationScript;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #waits = new Set<() => void>();
  #takesMs: number;
  #failure: ConnectError | undefined;

  constructor(name: string, method: LroMethod, script: OperationScript, clock: Clock) {
    this.name = name;
    this.#method = method;
    this.#script = script;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#takesMs = script.takesMs ?? 0;
    this.#failure = script.error;
  }

  // Stops at the end of the operation.
  get #elapsedMs(): number {
    return Math.min(this.#clock.now() - this.#startedAt, this.#takesMs);
  }

  read(): RawOperation {
    const { metadata, response = {} } = this.#script;
    const elapsedMs = this.#elapsedMs;
    const known = typeof metadata === "function" ? metadata(elapsedMs) : metadata;
    const result = this.#failure ? { error: this.#failure } : { response };
    return packOperation(this.#method, {
      name: this.name,
      ...(known && { metadata: known }),
      ...(elapsedMs >= this.#takesMs && result),
    });
  }

  cancel(): void {
    const elapsedMs = this.#elapsedMs;
    if (elapsedMs < this.#takesMs) {
      this.#takesMs = elapsedMs;
      this.#failure = new ConnectError("the operation was cancelled", Code.Canceled);
      for (const end of this.#waits) {
        end();
      }
    }
  }

  /** Resolves when the operation is done, at the latest after the timeout or when the signal aborts. */
  ended(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const delayMs = Math.max(0, Math.min(timeoutMs, this.#takesMs - this.#elapsedMs));
      const drop = this.#clock.schedule(() => end(), delayMs);
      const end = (): void => {
        drop();
        this.#waits.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      this.#waits.add(end);
      signal.addEventListener("abort", end);
    });
  }
}
