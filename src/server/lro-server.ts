import type { ConnectRouter } from "@connectrpc/connect";
import type { UniversalHandlerOptions } from "@connectrpc/connect/protocol";
import type { LroService } from "../operation/lro-service.ts";
import type { LroAsyncDisposable } from "./async-disposable.ts";
import type { LroHandlers } from "./handler.ts";

/** How a server is. */
export interface LroHealth {
  /** Whether the database answers. */
  readonly database: boolean;
  /** Whether this process takes operations to run. */
  readonly working: boolean;
  /** How many operations it runs. */
  readonly running: number;
}

/** Connect's options for one service, such as its interceptors. */
export type LroRegisterOptions = Partial<UniversalHandlerOptions>;

/** Runs long-running operations, and serves them. */
export interface LroServer extends LroAsyncDisposable {
  /**
   * Serves a service, and runs its operations. Methods that are left out are not implemented. Generated code calls it.
   *
   * @throws Error if the service is registered already, `routes` was called before, or a handler cannot be meant.
   */
  register<S extends LroService>(service: S, handlers: Partial<LroHandlers<S>>, options?: LroRegisterOptions): void;
  /**
   * Adds all services that are registered, and google.longrunning.Operations, to a Connect router, such as
   * `connectNodeAdapter({ routes: lro.routes })`. Several routers may serve them. It can be passed on by itself.
   */
  readonly routes: (router: ConnectRouter) => ConnectRouter;
  /**
   * Begins to run the operations of the registered services.
   *
   * @param options `work: false` if this process only serves, and others run the operations. Default true.
   * @throws Error if the server was started before.
   */
  start(options?: { readonly work?: boolean | undefined }): Promise<void>;
  /**
   * Ends the work of this process, for SIGTERM: it takes no more operations, lets the running ones end, and tells those
   * that have not to stop before the timeout; another worker then runs them again. Waiting clients get an answer.
   *
   * @param options `timeoutMs` is 25,000 by default.
   */
  drain(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
  /** For health checks. */
  health(): Promise<LroHealth>;
  /** Closes the database. Drains without delay if need be. `await using` calls it. */
  close(): Promise<void>;
}
