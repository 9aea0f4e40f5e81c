import { type AccessOptions, createAccess } from "./api/access.ts";
import { createServedCall } from "./api/served-call.ts";
import { createWaiting } from "./api/waiting.ts";
import { createCommitScope } from "./commit-scope.ts";
import { type Duration, secondsOf } from "./duration.ts";
import type { Engine } from "./engine.ts";
import { consoleLog, type Log } from "./log.ts";
import type { LroServer } from "./lro-server.ts";
import { ManagedServer } from "./managed-server.ts";
import type { ServedMethod } from "./method.ts";
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
  const leaseSeconds = checkLease(secondsOf(options.lease ?? { seconds: 30 }));
  if (!(maxAttempts >= 1 && concurrency >= 1)) {
    throw new Error("maxAttempts and concurrency must be at least 1");
  }
  const expireAfterSeconds = secondsOf(options.expireAfter ?? { days: 30 });
  const maxWaitMs = secondsOf(options.maxWait ?? { minutes: 5 }) * 1_000;
  const sweepSeconds = Math.max(1, Math.round(leaseSeconds / 10));
  const telemetry = await createTelemetry();
  const store = await engine.open({ leaseSeconds, sweepSeconds, log });
  const access = createAccess(options);
  const waiting = createWaiting(store);
  const commitScope = createCommitScope(store.singleConnection);
  const methods = new Map<string, ServedMethod>();
  const worker = new Worker({ store, commitScope, methods, log, telemetry, concurrency, leaseSeconds, sweepSeconds });
  await store.listen((event) => {
    waiting.onEvent(event);
    worker.onEvent(event);
  });
  return new ManagedServer({
    ...{ store, access, waiting, maxWaitMs, worker, methods },
    starting: { store, access, telemetry, maxAttempts, expireAfterSeconds },
    servedCall: createServedCall(log, commitScope),
  });
}

function checkLease(seconds: number): number {
  if (!(seconds >= 10 && Number.isInteger(seconds))) {
    throw new Error(`a lease of ${seconds} seconds is not possible: it takes whole seconds, at least 10`);
  }
  return seconds;
}
