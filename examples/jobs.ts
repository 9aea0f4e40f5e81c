import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { type Operation, Operations } from "protoc-gen-ts-lro/longrunning";
import { type InitOf, type LroMethod, type OperationInit, packOperation } from "protoc-gen-ts-lro/server";

/** The context of a running job. */
export interface JobContext<M extends Message> {
  /** Aborts when a client cancels the operation. */
  readonly signal: AbortSignal;
  /** Reports the progress of the job. */
  report(metadata: InitOf<M>): void;
}

interface Job {
  read(): Operation;
  cancel(): void;
}

/** A small in-memory job system that serves its jobs as operations. Yours might be a queue and a database. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  #count = 0;

  /** Starts a job and returns its operation, for the implementation of a long-running method to return. */
  start<R extends Message, M extends Message>(
    method: LroMethod<Message, R, M>,
    parent: string,
    work: (job: JobContext<M>) => Promise<InitOf<R>>,
  ): OperationInit<R, M> {
    const name = `${parent}/operations/${++this.#count}`;
    const abort = new AbortController();
    let state: OperationInit<R, M> = { name };
    this.#jobs.set(name, { read: () => packOperation(method, state), cancel: () => abort.abort() });

    function report(metadata: InitOf<M>): void {
      state = { name, metadata };
    }
    work({ signal: abort.signal, report }).then(
      (response) => {
        state = { ...state, response } as OperationInit<R, M>;
      },
      (reason) => {
        state = { ...state, error: toError(reason, abort.signal) } as OperationInit<R, M>;
      },
    );
    return state;
  }

  /** Serves google.longrunning.Operations without WaitOperation, so clients poll. */
  serve(router: ConnectRouter): ConnectRouter {
    return router.service(Operations, {
      getOperation: ({ name }) => this.#get(name).read(),
      listOperations: ({ name: parent }) => ({
        operations: [...this.#jobs.values()]
          .map((job) => job.read())
          .filter(({ name }) => name.startsWith(`${parent}/`)),
      }),
      cancelOperation: ({ name }) => {
        this.#get(name).cancel();
        return {};
      },
      deleteOperation: ({ name }) => {
        this.#get(name);
        this.#jobs.delete(name);
        return {};
      },
    });
  }

  #get(name: string): Job {
    const job = this.#jobs.get(name);
    if (!job) {
      throw new ConnectError(`operation ${name} not found`, Code.NotFound);
    }
    return job;
  }
}

function toError(reason: unknown, { aborted }: AbortSignal): ConnectError {
  if (aborted) {
    return new ConnectError("cancelled by a client", Code.Canceled);
  }
  // Other errors may contain details that clients must not see.
  return reason instanceof ConnectError ? reason : new ConnectError("internal error", Code.Internal);
}
