import type { Message } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import type { Clock } from "../client/clock.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import type { LroMethod } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import type { RawOperation } from "../operation/snapshot.ts";
import { packOperation } from "../server/operation-init.ts";

/** What becomes of an operation. */
export interface OperationScript<R extends Message = Message, M extends Message = Message> {
  /** How long it takes, in milliseconds by the clock. Default 0: it is done when it is created. */
  readonly takesMs?: number | undefined;
  /** Its metadata, or what they are after so many milliseconds. */
  readonly metadata?: InitOf<M> | ((elapsedMs: number) => InitOf<M>) | undefined;
  /** What it returns, unless it fails. Default: an empty message. */
  readonly response?: InitOf<R> | undefined;
  /** How it fails. Details are kept. */
  readonly error?: ConnectError | undefined;
}

/** A server of google.longrunning.Operations for tests, in memory. */
export interface InMemoryOperations {
  /** The calls that were made to it, such as "GetOperation", in their order. */
  readonly calls: readonly string[];
  /** Serves google.longrunning.Operations. It can be passed on by itself. */
  readonly routes: (router: ConnectRouter) => ConnectRouter;
  /**
   * Starts an operation, for the handler of a long-running method to return.
   *
   * @param method The method's entry in the generated table, such as `LibraryServiceLro.methods.createBook`.
   */
  start<R extends Message, M extends Message>(
    method: LroMethod<Message, R, M>,
    script: OperationScript<R, M>,
  ): RawOperation;
}

/** How the server behaves. */
export interface InMemoryOperationsOptions {
  /** Where its time comes from: the clock of the client that is tested. */
  readonly clock: Clock;
  /** Whether it implements WaitOperation. Default true. */
  readonly waitOperation?: boolean | undefined;
}

/** Creates a server that has no operations yet. */
export function createInMemoryOperations(options: InMemoryOperationsOptions): InMemoryOperations {
  const { clock, waitOperation = true } = options;
  const stored = new Map<string, StoredOperation>();
  const calls: string[] = [];

  function find(call: string, name: string): StoredOperation {
    calls.push(call);
    const operation = stored.get(name);
    if (!operation) {
      throw new ConnectError(`there is no operation ${JSON.stringify(name)}`, Code.NotFound);
    }
    return operation;
  }

  return {
    calls,
    start(method, script) {
      const operation = new StoredOperation(`operations/${stored.size + 1}`, method, script, clock);
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

/** An operation whose state follows from its script and the time. */
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

  // Exactly what it takes once it is done.
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
      this.#failure = new ConnectError("the caller has cancelled it", Code.Canceled);
      for (const end of this.#waits) {
        end();
      }
    }
  }

  /** Resolves when it is done, after so long at most, or when the signal aborts. */
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
