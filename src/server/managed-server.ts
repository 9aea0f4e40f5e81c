import type { DescMessage, DescMethod, DescService, Message } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import type { LroMethods, LroService } from "../operation/lro-service.ts";
import { operationsService, type Serving } from "./api/operations-service.ts";
import type { ServedCall } from "./api/served-call.ts";
import { type Starting, startOperation } from "./api/start.ts";
import type { LroHandler, LroHandlers } from "./handler.ts";
import type { LroHealth, LroServer } from "./lro-server.ts";
import { type ServedMethod, serveMethod } from "./method.ts";
import type { Worker } from "./worker/worker.ts";

/** What a server is made of. */
export interface ServerParts extends Serving {
  readonly starting: Starting;
  readonly worker: Worker;
  /** The long-running methods by their full names. The worker runs those that are here. */
  readonly methods: Map<string, ServedMethod>;
  readonly servedCall: ServedCall;
}

/** The server that `createLroServer` opens. */
export class ManagedServer implements LroServer {
  readonly #parts: ServerParts;
  #state: "new" | "serving" | "working" | "drained" | "closed" = "new";

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  register<S extends DescService, L extends LroMethods>(
    router: ConnectRouter,
    { service, methods: table }: LroService<S, L>,
    handlers: Partial<LroHandlers<S, L>>,
  ): ConnectRouter {
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
      const served = serveMethod(method, types, handler as LroHandler<DescMessage, DescMessage, DescMessage>);
      this.#parts.methods.set(served.name, served);
      impl[localName] = this.#parts.servedCall(method, (request: Message, context: HandlerContext) =>
        startOperation(this.#parts.starting, served, request, context),
      );
    }
    return router.service(service, impl as ServiceImpl<S>);
  }

  registerOperations(router: ConnectRouter): ConnectRouter {
    const impl = operationsService(this.#parts);
    for (const method of Operations.methods) {
      const name = method.localName as keyof typeof impl;
      Object.assign(impl, { [name]: this.#parts.servedCall(method, impl[name] as () => Promise<unknown>) });
    }
    return router.service(Operations, impl);
  }

  async start({ work = true }: { readonly work?: boolean } = {}): Promise<void> {
    if (this.#state !== "new") {
      throw new Error(`the server is ${this.#state}: start it once`);
    }
    this.#state = work ? "working" : "serving";
    if (work) {
      this.#parts.worker.start();
    }
  }

  async drain({ timeoutMs = 25_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
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
}
