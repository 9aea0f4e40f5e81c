import { createAccess, type LroAccessOptions } from "./api/access.ts";
import { createServedCall } from "./api/served-call.ts";
import { createWaiting } from "./api/waiting.ts";
import { createCommitScope } from "./commit-scope.ts";
import { type Engine, openEngine } from "./engine.ts";
import { consoleLog, createLog, type LroLogEntry } from "./log.ts";
import type { LroServer } from "./lro-server.ts";
import { ManagedServer } from "./managed-server.ts";
import { checkLimits, type HandlerDefaults, type ServedMethod } from "./method.ts";
import { defaultHeartbeatMs, type Periods, periodsOf } from "./periods.ts";
import { createTelemetry } from "./telemetry.ts";
import { Worker } from "./worker/worker.ts";

/** Options of a server of long-running operations. All times are in milliseconds. */
export interface LroServerOptions {
  /** The engine that stores operations: `pglite()` for a single process, `postgres()` for any number of processes. */
  readonly engine: Engine;
  /** Authentication and authorization of callers. Default: all callers may access everything. */
  readonly access?: LroAccessOptions | undefined;
  /** Defaults for methods whose handlers do not set these options. */
  readonly defaults?: LroServerDefaults | undefined;
  /** Maximum number of operations that this process runs concurrently. Default 20. */
  readonly concurrency?: number | undefined;
  /**
   * How long an operation stays assigned to a worker that no longer sends heartbeats. After that, another worker runs
   * it again. A multiple of 1,000, at least 10,000. Default 30,000.
   */
  readonly leaseMs?: number | undefined;
  /**
   * Maximum time, in ms, of the function that a handler passes to `commit`. After that, the transaction is rolled back
   * and `commit` fails with DEADLINE_EXCEEDED. Default: the lease on PostgreSQL, and 2,000 on PGlite, where a commit
   * blocks all other calls.
   */
  readonly commitTimeoutMs?: number | undefined;
  /** Maximum time for which a WaitOperation call blocks. Default 300,000 (5 minutes). */
  readonly maxWaitMs?: number | undefined;
  /**
   * Receives log entries. If it throws, the error is written to the console. Default: writes warnings and errors to the
   * console.
   */
  readonly log?: ((entry: LroLogEntry) => void) | undefined;
}

/** Handler options that a server can set for all of its methods. */
export interface LroServerDefaults {
  /** The number of crashes or lost leases of its workers after which an operation fails with INTERNAL. Default 5. */
  readonly maxCrashes?: number | undefined;
  /** How long an operation is stored after it is done, in milliseconds. Default 2,592,000,000 (30 days). */
  readonly expireAfterMs?: number | undefined;
  /** Maximum size of a request. Larger ones fail with RESOURCE_EXHAUSTED. Default 4,194,304 (4 MiB). */
  readonly maxRequestBytes?: number | undefined;
}

const MiB = 1_024 * 1_024;
const day = 24 * 60 * 60 * 1_000;

/**
 * Opens a server of long-running operations. Creates or migrates its tables if needed, which is safe to do from several
 * processes concurrently.
 *
 * @throws Error if an option is invalid or the engine cannot be opened.
 */
export function createLroServer(options: LroServerOptions): Promise<LroServer> {
  return openServer(options);
}

/** Like `createLroServer`, with different periods for tests. */
export async function openServer(options: LroServerOptions, given: Partial<Periods> = {}): Promise<LroServer> {
  const { engine, concurrency = 20, leaseMs = 30_000, maxWaitMs = 300_000, commitTimeoutMs } = options;
  const log = createLog(options.log ?? consoleLog);
  const { maxCrashes = 5, expireAfterMs = 30 * day, maxRequestBytes = 4 * MiB } = options.defaults ?? {};
  const defaults: HandlerDefaults = { maxCrashes, expireAfterMs, maxRequestBytes };
  checkLimits(defaults, "defaults");
  checkOptions({ concurrency, leaseMs, maxWaitMs, commitTimeoutMs });
  const { heartbeatMs = defaultHeartbeatMs } = given;
  const telemetry = await createTelemetry();
  const store = await openEngine(engine, {
    leaseSeconds: leaseMs / 1_000,
    heartbeatMs,
    commitTimeoutMs,
    log,
  });
  const periods = { ...periodsOf(leaseMs, store.listens), heartbeatMs, ...given };
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
    stopObserving: telemetry.observe(store),
  });
}

function checkOptions({
  concurrency,
  leaseMs,
  maxWaitMs,
  commitTimeoutMs,
}: Record<"concurrency" | "leaseMs" | "maxWaitMs", number> & Pick<LroServerOptions, "commitTimeoutMs">): void {
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new Error(`concurrency is ${concurrency}: set it to a whole number, at least 1`);
  }
  if (!(leaseMs >= 10_000 && leaseMs % 1_000 === 0 && Number.isFinite(leaseMs))) {
    throw new Error(`leaseMs is ${leaseMs}: set it to a multiple of 1,000, at least 10,000`);
  }
  if (!(maxWaitMs >= 0 && Number.isFinite(maxWaitMs))) {
    throw new Error(`maxWaitMs is ${maxWaitMs}: set it to a number of milliseconds, at least 0`);
  }
  if (commitTimeoutMs !== undefined && !(commitTimeoutMs > 0 && commitTimeoutMs < 2 ** 31 - 1_000)) {
    throw new Error(`commitTimeoutMs is ${commitTimeoutMs}: set it to a number of milliseconds, above 0`);
  }
}
