import type { ConnectRouter } from "@connectrpc/connect";
import type { UniversalHandlerOptions } from "@connectrpc/connect/protocol";
import type { LroService } from "../operation/lro-service.ts";
import type { LroAsyncDisposable } from "./async-disposable.ts";
import type { LroHandlers } from "./handler.ts";

/** The health of a server. */
export interface LroHealth {
  /** For liveness probes: false after `close`. An unavailable database does not change it. */
  readonly live: boolean;
  /** For readiness probes: whether the server was started and not drained, and the database is writable. */
  readonly ready: boolean;
  /**
   * Whether the database accepts writes, accepts only reads (as a standby does), or does not respond. On a read-only
   * database, operations can be read but not started.
   */
  readonly database: "writable" | "read-only" | "unavailable";
  /** Whether this process runs operations: false before `start`, with `work: false`, and after `drain`. */
  readonly working: boolean;
  /** The number of operations that this process is running. */
  readonly running: number;
}

/** Connect's options for one service, such as its interceptors. */
export type LroRegisterOptions = Partial<UniversalHandlerOptions>;

/** Stores, runs and serves long-running operations. */
export interface LroServer extends LroAsyncDisposable {
  /**
   * Registers the handlers of a service. Methods that you omit return UNIMPLEMENTED. The generated `register…` function
   * calls this.
   *
   * @throws Error if the service is already registered, `routes` was already called, or a handler is invalid.
   */
  register<S extends LroService>(service: S, handlers: Partial<LroHandlers<S>>, options?: LroRegisterOptions): void;
  /**
   * Adds all registered services and google.longrunning.Operations to a Connect router, for example with
   * `connectNodeAdapter({ routes: lro.routes })`. You can use it with several routers and pass it without its object.
   */
  readonly routes: (router: ConnectRouter) => ConnectRouter;
  /**
   * Starts running the operations of the registered services.
   *
   * @param options Set `work` to false if this process only serves and other processes run the operations. Default
   *   true.
   * @throws Error if the server was started before.
   */
  start(options?: { readonly work?: boolean | undefined }): Promise<void>;
  /**
   * Stops running operations in this process; call it on SIGTERM. The process starts no more operations and waits for
   * the running ones. Before the timeout, it interrupts those that are not done, which then have a fifth of the
   * timeout, but at most 5 seconds, to stop. Other workers run unfinished operations again, which does not count as a
   * crash. Pending WaitOperation calls return the current state.
   *
   * @param options `timeoutMs` is the timeout in milliseconds. Default 25,000.
   */
  drain(options?: { readonly timeoutMs?: number | undefined }): Promise<void>;
  /** Returns the state of the server, for health checks. */
  health(): Promise<LroHealth>;
  /**
   * Drains the server with a timeout of 0, then closes the database. `await using` calls it at the end of its block.
   */
  close(): Promise<void>;
}
