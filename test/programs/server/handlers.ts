/*
 * Different ways to write handlers. This program is only compiled and never run.
 */
import { Code, ConnectError, type ConnectRouter, createContextKey } from "@connectrpc/connect";
import {
  createLroServer,
  type Engine,
  type LroHandler,
  type LroHandlers,
  type LroServer,
  type LroService,
  OperationInterruption,
  type RunningOperation,
  type StartContext,
} from "protoc-gen-ts-lro/server";
import {
  implementLibraryService,
  type LibraryServiceHandlers,
  type LibraryServiceImpl,
  type LibraryServiceLro,
  registerLibraryService,
} from "../../../testdata/gen/acme/library/v1/library_lro.ts";
import {
  type Book,
  type CreateBookRequest,
  type DeleteBookRequest,
  LibraryService,
  type OperationMetadata,
} from "../../../testdata/gen/acme/library/v1/library_pb.ts";

declare const engine: Engine;
declare const lro: LroServer;
declare const press: { print(title: string, signal: AbortSignal): Promise<void> };

/** The short form, with all types inferred. */
registerLibraryService(lro, {
  async createBook(request, operation) {
    await operation.update({ progressPercent: 50 });
    await operation.update((current) => ({ ...current, progressPercent: current.progressPercent + 10 }));
    return { name: request.parent, title: request.book?.title ?? "" };
  },
  deleteBook() {},
  getBook: ({ name }) => ({ name }),
});

/** Handlers with options, and callbacks that use the StartContext. */
registerLibraryService(
  lro,
  {
    createBook: {
      exclusive: { key: ({ parent }, { principal }) => `${principal}/${parent}`, onBusy: "reject" },
      validate({ bookId }, { call }) {
        if (bookId === "" || call.requestHeader.has("refuse")) {
          throw new ConnectError("book_id is required", Code.InvalidArgument);
        }
      },
      immediate: ({ bookId }) => (bookId === "known" ? { title: "known" } : undefined),
      operationName: ({ parent }, { id }) => `${parent}/operations/${id}`,
      maxCrashes: 3,
      expireAfterMs: 60_000,
      run: async ({ bookId }) => ({ name: bookId }),
    },
  },
  { interceptors: [(next) => (request) => next(request)] },
);

/** A class with dependencies. */
class Library implements Partial<LibraryServiceHandlers> {
  readonly #press: typeof press;

  constructor(dependencies: { readonly press: typeof press }) {
    this.#press = dependencies.press;
  }

  async createBook(request: CreateBookRequest, operation: RunningOperation<Book, OperationMetadata>): Promise<Book> {
    await this.#press.print(request.book?.title ?? "", operation.signal);
    return await operation.commit(async (tx) => {
      await tx.query("INSERT INTO books VALUES ($1)", [request.bookId]);
      return { name: request.bookId };
    });
  }

  async deleteBook(_: DeleteBookRequest, { signal }: RunningOperation): Promise<void> {
    if (signal.reason instanceof OperationInterruption) {
      const reason: "cancelled" | "preempted" | "lease-lost" | "draining" = signal.reason.reason;
      throw new Error(reason, { cause: signal.reason });
    }
  }
}
registerLibraryService(lro, new Library({ press }));

/** Part of the handlers, with `satisfies`. */
const part = {
  getBook: () => ({ title: "Emma" }),
  createBook: { run: (request) => ({ title: request.bookId }), validateOnly: "run" },
} satisfies Partial<LibraryServiceHandlers>;
registerLibraryService(lro, part);

/** A standalone handler, typed by messages. */
export const createBook: LroHandler<CreateBookRequest, Book, OperationMetadata> = async ({ book }, { attempt }) => ({
  title: `${book?.title} ${attempt}`,
});

/** A test double of a running operation. */
export const operation: Pick<RunningOperation<Book, OperationMetadata>, "signal" | "update"> = {
  signal: new AbortController().signal,
  async update() {},
};

/** A generic function for any service. */
export function registerAll<S extends LroService>(server: LroServer, service: S, handlers: LroHandlers<S>): string[] {
  server.register(service, handlers);
  return Object.values(service.methods).map(({ rpc, response }) => `${rpc.name}: ${response.typeName}`);
}
export const libraryHandlers: LroHandlers<LibraryServiceLro> = {
  getBook: () => ({}),
  createBook,
  deleteBook: { run() {} },
};

/** A server with options, some of them undefined, next to another service, closed at the end of its block. */
const userKey = createContextKey("");
export async function main(given: { readonly leaseMs?: number | undefined }): Promise<void> {
  await using server = await createLroServer({
    engine,
    leaseMs: given.leaseMs,
    defaults: { maxCrashes: undefined },
    access: {
      principal: (call) => call.values.get(userKey),
      authorize: (request) => request.action !== "start" || request.request.$typeName !== request.method,
    },
    log: ({ level, message }) => console.log(level, message),
  });
  const routes: LroServer["routes"] = (router: ConnectRouter) => server.routes(router).service(LibraryService, {});
  routes satisfies object;
}

/** An existing job system, as a class and as an object. */
class Jobs implements Partial<LibraryServiceImpl> {
  createBook() {
    return { name: "operations/1", metadata: { progressPercent: 1 } };
  }
}
implementLibraryService(new Jobs());
implementLibraryService({ deleteBook: ({ name }) => ({ name, response: {} }) });

/* Programs that must not compile. */

registerLibraryService(lro, {
  // @ts-expect-error -- the method does not exist
  creatBook: () => ({}),
});
registerLibraryService(lro, {
  createBook: {
    run: () => ({}),
    // @ts-expect-error -- the option does not exist
    maxCrash: 3,
  },
});
registerLibraryService(lro, {
  async createBook(_, update) {
    // @ts-expect-error -- the field does not exist
    await update.update({ progressPercen: 3 });
    return {};
  },
});
// @ts-expect-error -- only handlers that return google.protobuf.Empty can return nothing
registerLibraryService(lro, { createBook: () => {} });
// @ts-expect-error -- only pglite() and postgres() return an engine
createLroServer({ engine: { open: () => {} } });
export const missing: StartContext = {
  ...({} as Omit<StartContext, "call">),
  // @ts-expect-error -- the call must be a HandlerContext
  call: 1,
};
