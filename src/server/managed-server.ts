import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { type Operation, Operations } from "../gen/google/longrunning/operations_pb.ts";
import type { LroService } from "../operation/lro-service.ts";
import { operationsService, type Serving } from "./api/operations-service.ts";
import type { ServedCall } from "./api/served-call.ts";
import { type Starting, startOperation } from "./api/start.ts";
import type { LroHandler, LroHandlers } from "./handler.ts";
import type { Log } from "./log.ts";
import type { LroHealth, LroRegisterOptions, LroServer } from "./lro-server.ts";
import { type ServedMethod, serveMethod } from "./method.ts";
import type { Worker } from "./worker/worker.ts";

/** What a server is made of. */
export interface ServerParts extends Serving {
  readonly starting: Starting;
  readonly worker: Worker;
  /** The long-running methods by their full names. The worker runs those that are here. */
  readonly methods: Map<string, ServedMethod>;
  readonly servedCall: ServedCall;
  readonly log: Log;
}

/** A service to serve. */
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
    // Can be passed on by itself.
    this.routes = (router) => this.#route(router);
  }

  register<S extends LroService>(table: S, handlers: Partial<LroHandlers<S>>, options?: LroRegisterOptions): void {
    const { service } = table;
    if (this.#registrations.has(service.typeName)) {
      throw new Error(`${service.typeName} is registered already: register its handlers once, for all routers`);
    }
    if (this.#routed) {
      throw new Error(
        `${service.typeName} is registered after its routes were taken, so nobody would serve it: register all ` +
          "services before you pass lro.routes on",
      );
    }
    this.#registrations.set(service.typeName, { service, options, impl: this.#implement(table, handlers) });
  }

  async start({ work = true }: { readonly work?: boolean | undefined } = {}): Promise<void> {
    if (this.#state !== "new") {
      throw new Error(`the server is ${this.#state}: start it once`);
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
    const database = await this.#parts.store.ping().then(
      () => true,
      () => false,
    );
    return { database, working: this.#state === "working", running: this.#parts.worker.size };
  }

  async close(): Promise<void> {
    if (this.#state !== "closed") {
      await this.drain({ timeoutMs: 0 });
      this.#state = "closed";
      await this.#parts.store.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #implement({ service, methods: table }: LroService, handlers: object): Registration["impl"] {
    const impl: Record<string, unknown> = {};
    // By name, because a spread would lose the methods of a class.
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
          "operations are stored, but this process does not run them: call lro.start(), or " +
          "lro.start({ work: false }) if another process does",
      });
    }
    return operation;
  }

  #route(router: ConnectRouter): ConnectRouter {
    this.#routed = true;
    for (const { service, impl, options } of this.#registrations.values()) {
      router.service(service, impl, options);
    }
    const impl = operationsService(this.#parts);
    for (const method of Operations.methods) {
      const name = method.localName as keyof typeof impl;
      Object.assign(impl, { [name]: this.#parts.servedCall(method, impl[name] as () => Promise<unknown>) });
    }
    return router.service(Operations, impl);
  }
}
