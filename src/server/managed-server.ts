import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { type Operation, Operations } from "../gen/google/longrunning/operations_pb.ts";
import type { LroService } from "../operation/lro-service.ts";
import { explainMissingRegistry } from "./api/json-registry.ts";
import { operationsService, type Serving } from "./api/operations-service.ts";
import { limitRequests } from "./api/request-limit.ts";
import type { ServedCall } from "./api/served-call.ts";
import { type Starting, startOperation } from "./api/start.ts";
import type { LroHandler, LroHandlers } from "./handler.ts";
import type { Log } from "./log.ts";
import type { LroHealth, LroRegisterOptions, LroServer } from "./lro-server.ts";
import { type ServedMethod, serveMethod } from "./method.ts";
import type { Worker } from "./worker/worker.ts";

/** The parts of a server. */
export interface ServerParts extends Serving {
  readonly starting: Starting;
  readonly worker: Worker;
  /** The registered long-running methods by full name. The worker runs operations of these methods. */
  readonly methods: Map<string, ServedMethod>;
  readonly servedCall: ServedCall;
  readonly log: Log;
  /** Ends the reports about the store to OpenTelemetry. */
  stopObserving(): void;
}

/** A registered service. */
interface Registration {
  readonly service: DescService;
  readonly impl: Partial<ServiceImpl<DescService>>;
  readonly options: LroRegisterOptions | undefined;
}

/** The server that `createLroServer` opens. */
export class ManagedServer implements LroServer {
  readonly routes: LroServer["routes"];
  readonly #parts: ServerParts;
  readonly #registrations = new Map<string, Registration>();
  #state: "new" | "serving" | "working" | "drained" | "closed" = "new";
  #routed = false;
  #warned = false;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    // A property instead of a method, so that it can be passed without its object.
    this.routes = (router) => this.#route(router);
  }

  register<S extends LroService>(table: S, handlers: Partial<LroHandlers<S>>, options?: LroRegisterOptions): void {
    const { service } = table;
    if (this.#registrations.has(service.typeName)) {
      throw new Error(`${service.typeName} is already registered: register each service once, for all routers`);
    }
    if (this.#routed) {
      throw new Error(
        `${service.typeName} is registered after lro.routes was called, so no router would serve it: register all ` +
          "services before you pass lro.routes to a router",
      );
    }
    this.#registrations.set(service.typeName, { service, options, impl: this.#implement(table, handlers) });
  }

  async start({ work = true }: { readonly work?: boolean | undefined } = {}): Promise<void> {
    if (this.#state !== "new") {
      throw new Error(`the server is already ${this.#state}: call start once, before drain and close`);
    }
    this.#state = work ? "working" : "serving";
    if (work) {
      this.#parts.worker.start();
    }
  }

  async drain({ timeoutMs = 25_000 }: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    if (this.#state !== "closed") {
      this.#state = "drained";
      this.#parts.waiting.end();
      await this.#parts.worker.drain(timeoutMs);
    }
  }

  async health(): Promise<LroHealth> {
    const database = await this.#parts.store.isWritable().then(
      (writable) => (writable ? "writable" : "read-only"),
      () => "unavailable" as const,
    );
    const working = this.#state === "working";
    return {
      live: this.#state !== "closed",
      ready: database === "writable" && (working || this.#state === "serving"),
      database,
      working,
      running: this.#parts.worker.size,
    };
  }

  async close(): Promise<void> {
    if (this.#state !== "closed") {
      await this.drain({ timeoutMs: 0 });
      this.#state = "closed";
      this.#parts.stopObserving();
      await this.#parts.store.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #implement({ service, methods: table }: LroService, handlers: object): Registration["impl"] {
    const impl: Record<string, unknown> = {};
    // A spread would lose the methods of a class.
    for (const [localName, method] of Object.entries<DescMethod>(service.method)) {
      const given = (handlers as Record<string, unknown>)[localName];
      const handler = typeof given === "function" ? given.bind(handlers) : given;
      const types = table[localName];
      if (types === undefined || handler === undefined) {
        impl[localName] = handler;
        continue;
      }
      const served = serveMethod(types, handler as LroHandler);
      this.#parts.methods.set(served.name, served);
      impl[localName] = this.#parts.servedCall(method, (request: Message, call: HandlerContext) =>
        this.#startOperation(served, request, call),
      );
    }
    return impl as Registration["impl"];
  }

  async #startOperation(method: ServedMethod, request: Message, call: HandlerContext): Promise<Operation> {
    const operation = await startOperation(this.#parts.starting, method, request, call);
    if (this.#state === "new" && !this.#warned) {
      this.#warned = true;
      this.#parts.log({
        level: "warn",
        operation: operation.name,
        method: method.name,
        message:
          "the server accepts operations but was not started, so this process does not run them: call lro.start(), or " +
          "lro.start({ work: false }) if another process runs them",
      });
    }
    return operation;
  }

  #route(router: ConnectRouter): ConnectRouter {
    this.#routed = true;
    const { handlers } = router;
    const others = handlers.length;
    for (const { service, impl, options } of this.#registrations.values()) {
      router.service(service, impl, options);
      this.#limitRequests(router, service, impl, options);
    }
    const impl = operationsService(this.#parts);
    for (const method of Operations.methods) {
      const name = method.localName as keyof typeof impl;
      Object.assign(impl, { [name]: this.#parts.servedCall(method, impl[name] as () => Promise<unknown>) });
    }
    router.service(Operations, impl);
    handlers.push(...handlers.splice(others).map(explainMissingRegistry));
    return router;
  }

  #limitRequests(router: ConnectRouter, service: DescService, impl: object, options: LroRegisterOptions = {}): void {
    const { methods, starting } = this.#parts;
    for (const method of service.methods) {
      const served = methods.get(`${service.typeName}.${method.name}`);
      const implementation = (impl as Record<string, unknown>)[method.localName];
      if (served && typeof implementation === "function") {
        const { maxRequestBytes = options.readMaxBytes ?? starting.defaults.maxRequestBytes } = served.handler;
        limitRequests(router, method, implementation as never, { ...options, readMaxBytes: maxRequestBytes });
      }
    }
  }
}
