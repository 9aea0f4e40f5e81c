/*
 * The ways in which people write handlers. Nothing here runs: it compiles, or it does not where it must not.
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

/** The short form, with everything inferred. */
registerLibraryService(lro, {
  async createBook(request, operation) {
    await operation.update({ progressPercent: 50 });
    await operation.update((current) => ({ ...current, progressPercent: current.progressPercent + 10 }));
    return { name: request.parent, title: request.book?.title ?? "" };
  },
  deleteBook() {},
  getBook: ({ name }) => ({ name }),
});

/** With options, and callbacks that see the start. */
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

/** A class with dependencies of its own. */
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

/** A part of the handlers, checked where it is written. */
const part = {
  getBook: () => ({ title: "Emma" }),
  createBook: { run: (request) => ({ title: request.bookId }), validateOnly: "run" },
} satisfies Partial<LibraryServiceHandlers>;
registerLibraryService(lro, part);

/** A handler that several methods could share, typed by messages. */
export const createBook: LroHandler<CreateBookRequest, Book, OperationMetadata> = async ({ book }, { attempt }) => ({
  title: `${book?.title} ${attempt}`,
});

/** A test double of what a handler gets. */
export const operation: Pick<RunningOperation<Book, OperationMetadata>, "signal" | "update"> = {
  signal: new AbortController().signal,
  async update() {},
};

/** A function over any service. */
export function registerAll<S extends LroService>(server: LroServer, service: S, handlers: LroHandlers<S>): string[] {
  server.register(service, handlers);
  return Object.values(service.methods).map(({ rpc, response }) => `${rpc.name}: ${response.typeName}`);
}
export const libraryHandlers: LroHandlers<LibraryServiceLro> = {
  getBook: () => ({}),
  createBook,
  deleteBook: { run() {} },
};

/** A server with its options, undefined or not, beside services of others, closed at the end of the block. */
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

/** A job system of one's own, as a class, and as an object. */
class Jobs implements Partial<LibraryServiceImpl> {
  createBook() {
    return { name: "operations/1", metadata: { progressPercent: 1 } };
  }
}
implementLibraryService(new Jobs());
implementLibraryService({ deleteBook: ({ name }) => ({ name, response: {} }) });

/* What must not compile. */

registerLibraryService(lro, {
  // @ts-expect-error -- there is no such method
  creatBook: () => ({}),
});
registerLibraryService(lro, {
  createBook: {
    run: () => ({}),
    // @ts-expect-error -- there is no such option
    maxCrash: 3,
  },
});
registerLibraryService(lro, {
  async createBook(_, update) {
    // @ts-expect-error -- there is no such field
    await update.update({ progressPercen: 3 });
    return {};
  },
});
// @ts-expect-error -- only google.protobuf.Empty needs no return
registerLibraryService(lro, { createBook: () => {} });
// @ts-expect-error -- an engine is not made by hand
createLroServer({ engine: { open: () => {} } });
export const missing: StartContext = {
  ...({} as Omit<StartContext, "call">),
  // @ts-expect-error -- the call is one of Connect
  call: 1,
};
