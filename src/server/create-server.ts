import type { DescMessage, DescMethod, Message } from "@bufbuild/protobuf";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { type AccessOptions, createAccess } from "./api/access.ts";
import { operationsService } from "./api/operations-service.ts";
import { type Starting, startOperation } from "./api/start.ts";
import { createWaiting } from "./api/waiting.ts";
import { type Duration, secondsOf } from "./duration.ts";
import type { Engine } from "./engine.ts";
import type { LroHandler } from "./handler.ts";
import { consoleLog, type Log } from "./log.ts";
import type { LroServer } from "./lro-server.ts";
import { type ServedMethod, serveMethod } from "./method.ts";
import { publicError } from "./result.ts";
import { createTelemetry } from "./telemetry.ts";
import { Worker } from "./worker/worker.ts";

export interface LroServerOptions extends AccessOptions {
  /** `pglite()`, or `postgres()` for more than one process. */
  readonly engine: Engine;
  /** How long an operation is kept once it is done. Default 30 days. */
  readonly expireAfter?: Duration;
  /**
   * How long a worker that shows no sign of life keeps its operations, before others take them. At least 10 seconds.
   * Default 30 seconds.
   */
  readonly lease?: Duration;
  /** How often a worker may crash or lose its lease before the operation fails with INTERNAL. Default 5. */
  readonly maxAttempts?: number;
  /** How many operations this process runs at the same time. Default 20. */
  readonly concurrency?: number;
  /** The longest that WaitOperation waits. Default 5 minutes. */
  readonly maxWait?: Duration;
  /** Takes log entries. Default: warnings and errors go to the console. */
  readonly log?: Log;
}

/**
 * Opens a server of long-running operations.
 *
 * @throws Error if an option is not possible, or the engine cannot be opened.
 */
export async function createLroServer(options: LroServerOptions): Promise<LroServer> {
  const { engine, log = consoleLog, maxAttempts = 5, concurrency = 20 } = options;
  const leaseSeconds = secondsOf(options.lease ?? { seconds: 30 });
  if (!(leaseSeconds >= 10 && Number.isInteger(leaseSeconds))) {
    throw new Error(`a lease of ${leaseSeconds} seconds is not possible: it takes whole seconds, at least 10`);
  }
  if (!(maxAttempts >= 1 && concurrency >= 1)) {
    throw new Error("maxAttempts and concurrency must be at least 1");
  }
  const sweepSeconds = Math.max(1, Math.round(leaseSeconds / 10));
  const telemetry = await createTelemetry();
  const store = await engine.open({ leaseSeconds, sweepSeconds, log });
  const access = createAccess(options);
  const waiting = createWaiting(store);
  const methods = new Map<string, ServedMethod>();
  const worker = new Worker({ store, methods, log, telemetry, concurrency, leaseSeconds, sweepSeconds });
  const expireAfterSeconds = secondsOf(options.expireAfter ?? { days: 30 });
  const starting: Starting = { store, access, telemetry, maxAttempts, expireAfterSeconds };
  const maxWaitMs = secondsOf(options.maxWait ?? { minutes: 5 }) * 1_000;
  let state: "new" | "serving" | "working" | "drained" | "closed" = "new";

  await store.listen((event) => {
    waiting.onEvent(event);
    worker.onEvent(event);
  });

  /** Keeps the text of errors that clients should not see for the log. */
  function guard<A extends unknown[], T>(
    method: DescMethod,
    serve: (...args: A) => Promise<T>,
  ): (...args: A) => Promise<T> {
    return async (...args) => {
      try {
        return await serve(...args);
      } catch (error) {
        const seen = publicError(error);
        if (seen !== error) {
          log({ level: "error", message: "a call failed", method: `${method.parent.typeName}.${method.name}`, error });
        }
        throw seen;
      }
    };
  }

  async function drain(timeoutMs: number): Promise<void> {
    if (state !== "closed") {
      state = "drained";
      waiting.end();
      await worker.drain(timeoutMs);
    }
  }

  return {
    register(router, { service, methods: table }, handlers) {
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
        methods.set(served.name, served);
        impl[localName] = guard(method, (request: Message, context: HandlerContext) =>
          startOperation(starting, served, request, context),
        );
      }
      return router.service(service, impl as ServiceImpl<typeof service>);
    },

    registerOperations(router) {
      const impl = operationsService({ store, access, waiting, maxWaitMs });
      for (const method of Operations.methods) {
        const name = method.localName as keyof typeof impl;
        Object.assign(impl, { [name]: guard(method, impl[name] as () => Promise<unknown>) });
      }
      return router.service(Operations, impl);
    },

    async start({ work = true } = {}) {
      if (state !== "new") {
        throw new Error(`the server is ${state}: start it once`);
      }
      state = work ? "working" : "serving";
      if (work) {
        worker.start();
      }
    },

    drain: ({ timeoutMs = 25_000 } = {}) => drain(timeoutMs),

    async health() {
      const database = await store.ping().then(
        () => true,
        () => false,
      );
      return { database, working: state === "working", running: worker.size };
    },

    async close() {
      if (state !== "closed") {
        await drain(0);
        state = "closed";
        await store.close();
      }
    },
  };
}
