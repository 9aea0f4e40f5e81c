import type { DescService } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import type { LroMethods, LroService } from "../operation/lro-service.ts";
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

/** Runs long-running operations, and serves them. */
export interface LroServer {
  /**
   * Serves a service whose long-running methods have handlers. Methods that are left out are not implemented. Generated
   * code calls it.
   */
  register<S extends DescService, L extends LroMethods>(
    router: ConnectRouter,
    service: LroService<S, L>,
    handlers: Partial<LroHandlers<S, L>>,
  ): ConnectRouter;
  /** Serves google.longrunning.Operations: Get, List, Cancel, Delete and Wait. */
  registerOperations(router: ConnectRouter): ConnectRouter;
  /**
   * Begins to run the operations of the registered services.
   *
   * @param options `work: false` where this process only serves, and others run the operations. Default true.
   */
  start(options?: { readonly work?: boolean }): Promise<void>;
  /**
   * Ends the work of this process, for SIGTERM: it takes no more operations, lets the running ones end, and tells those
   * that have not to stop before the timeout; another worker then runs them again. Waiting clients get an answer.
   *
   * @param options `timeoutMs` is 25,000 by default.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** For health checks. */
  health(): Promise<LroHealth>;
  /** Closes the database. Drains without delay if need be. */
  close(): Promise<void>;
}
