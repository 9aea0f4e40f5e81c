import { createAccess, type LroAccessOptions } from "./api/access.ts";
import { createServedCall } from "./api/served-call.ts";
import { createWaiting } from "./api/waiting.ts";
import { createCommitScope } from "./commit-scope.ts";
import { type Engine, openEngine } from "./engine.ts";
import { consoleLog, type LroLogEntry } from "./log.ts";
import type { LroServer } from "./lro-server.ts";
import { ManagedServer } from "./managed-server.ts";
import { checkLimits, type HandlerDefaults, type ServedMethod } from "./method.ts";
import { type Periods, periodsOf } from "./periods.ts";
import { createTelemetry } from "./telemetry.ts";
import { Worker } from "./worker/worker.ts";

/** How a server stores, runs and serves operations. All times are in milliseconds. */
export interface LroServerOptions {
  /** `pglite()`, or `postgres()` for more than one process. */
  readonly engine: Engine;
  /** Who calls, and what they may do. Default: everybody may do everything. */
  readonly access?: LroAccessOptions | undefined;
  /** What holds for methods whose handlers do not say otherwise. */
  readonly defaults?: LroServerDefaults | undefined;
  /** How many operations this process runs at the same time. Default 20. */
  readonly concurrency?: number | undefined;
  /**
   * How long a worker that shows no sign of life keeps its operations, before others take them. In whole seconds, at
   * least 10,000. Default 30,000.
   */
  readonly leaseMs?: number | undefined;
  /** The longest that WaitOperation waits. Default 300,000, which is 5 minutes. */
  readonly maxWaitMs?: number | undefined;
  /** Takes log entries. Default: warnings and errors go to the console. */
  readonly log?: ((entry: LroLogEntry) => void) | undefined;
}

/** What a handler can say for its method, and a server for all of its methods. */
export interface LroServerDefaults {
  /** An operation fails with INTERNAL when its worker has crashed or lost its lease so often. Default 5. */
  readonly maxCrashes?: number | undefined;
  /** How long an operation is kept once it is done, in milliseconds. Default 2,592,000,000, which is 30 days. */
  readonly expireAfterMs?: number | undefined;
}

const day = 24 * 60 * 60 * 1_000;

/**
 * Opens a server of long-running operations.
 *
 * @throws Error if an option is not possible, or the engine cannot be opened.
 */
export function createLroServer(options: LroServerOptions): Promise<LroServer> {
  return openServer(options);
}

/** The same, for tests that look at a server whose periods are others. */
export async function openServer(options: LroServerOptions, given: Partial<Periods> = {}): Promise<LroServer> {
  const { engine, log = consoleLog, concurrency = 20, leaseMs = 30_000, maxWaitMs = 300_000 } = options;
  const { maxCrashes = 5, expireAfterMs = 30 * day } = options.defaults ?? {};
  const defaults: HandlerDefaults = { maxCrashes, expireAfterMs };
  checkLimits(defaults, "defaults");
  checkOptions({ concurrency, leaseMs, maxWaitMs });
  const leaseSeconds = leaseMs / 1_000;
  const usual = periodsOf(leaseMs);
  const periods = { ...usual, ...given };
  const telemetry = await createTelemetry();
  const store = await openEngine(engine, {
    leaseSeconds,
    sweepSeconds: usual.sweepMs / 1_000,
    heartbeatMs: periods.heartbeatMs,
    log,
  });
  const access = createAccess(options.access ?? {});
  const waiting = createWaiting(store, periods.waitMs);
  const commitScope = createCommitScope(store.singleConnection);
  const methods = new Map<string, ServedMethod>();
  const worker = new Worker({ store, commitScope, methods, log, telemetry, concurrency, leaseMs, periods });
  await store.listen((event) => {
    waiting.onEvent(event);
    worker.onEvent(event);
  });
  return new ManagedServer({
    ...{ store, access, waiting, maxWaitMs, worker, methods, log },
    starting: { store, access, telemetry, defaults },
    servedCall: createServedCall(log, commitScope),
  });
}

function checkOptions({
  concurrency,
  leaseMs,
  maxWaitMs,
}: Record<"concurrency" | "leaseMs" | "maxWaitMs", number>): void {
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new Error(`concurrency: ${concurrency} is not possible: it must be a whole number from 1`);
  }
  if (!(leaseMs >= 10_000 && leaseMs % 1_000 === 0 && Number.isFinite(leaseMs))) {
    throw new Error(`leaseMs: ${leaseMs} is not possible: it takes whole seconds, at least 10,000`);
  }
  if (!(maxWaitMs >= 0 && Number.isFinite(maxWaitMs))) {
    throw new Error(`maxWaitMs: ${maxWaitMs} is not possible: it must be a number of milliseconds from 0`);
  }
}
