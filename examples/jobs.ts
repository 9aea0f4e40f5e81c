import type { Message } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { type Operation, Operations } from "protoc-gen-ts-lro/longrunning";
import { type InitOf, type LroMethod, type OperationInit, packOperation } from "protoc-gen-ts-lro/server";

/** What the work of a job is given. */
export interface JobContext<M extends Message> {
  /** Aborts when a client cancels the operation. */
  readonly signal: AbortSignal;
  /** Tells how far the job has come. */
  report(metadata: InitOf<M>): void;
}

interface Job {
  read(): Operation;
  cancel(): void;
}

/** A small job system in memory, which shows its jobs as operations. Yours may be a queue and a database. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  #count = 0;

  /** Starts a job, and returns its operation, as the implementation of a long-running method does. */
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

  /** Serves google.longrunning.Operations. Clients poll, because there is no WaitOperation. */
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
      throw new ConnectError(`there is no operation ${name}`, Code.NotFound);
    }
    return job;
  }
}

function toError(reason: unknown, { aborted }: AbortSignal): ConnectError {
  if (aborted) {
    return new ConnectError("cancelled by a client", Code.Canceled);
  }
  // Other errors may say what clients must not see.
  return reason instanceof ConnectError ? reason : new ConnectError("internal error", Code.Internal);
}
