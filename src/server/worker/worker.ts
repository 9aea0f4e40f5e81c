import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { ServedMethod } from "../method.ts";
import type { Claim, StoreEvent, SweepErrors } from "../operation-store.ts";
import type { Periods } from "../periods.ts";
import { cancelledError, errorResult } from "../result.ts";
import type { Telemetry } from "../telemetry.ts";
import { runAttempt } from "./attempt.ts";
import { InterruptionLog } from "./interruption-log.ts";
import { WaitingLog } from "./waiting-log.ts";
import { Work, type WorkContext } from "./work.ts";

export interface WorkerOptions extends WorkContext {
  readonly methods: ReadonlyMap<string, ServedMethod>;
  readonly telemetry: Telemetry;
  /** Maximum number of operations to run concurrently. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly periods: Periods;
}

/** The share of the drain timeout that handlers have to stop after an interruption. */
const stopShare = 0.2;
const maxStopMs = 5_000;

const crashedMessage = "the operation failed because its workers crashed or lost their leases too often";
const sweepErrors: SweepErrors = {
  crashed: errorResult(new ConnectError(crashedMessage, Code.Internal)).error,
  cancelled: cancelledError,
};

/** Returns the facts of an attempt for its span and metrics. */
function attemptOf({ claim, method, name: operation }: Work): Parameters<Telemetry["attempt"]>[0] {
  const { attempt: number, trace, takenOver, ageSeconds } = claim;
  return {
    method: method.name,
    operation,
    number,
    trace,
    takenOver,
    queuedSeconds: number === 1 ? ageSeconds : undefined,
  };
}

/** Claims operations up to the concurrency limit, runs their handlers, and renews their leases. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #running = new Map<string, { readonly work: Work; readonly ended: Promise<void> }>();
  readonly #released = new WeakSet<Work>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #interruptions: InterruptionLog;
  readonly #waiting: WaitingLog;
  /** The methods that may have operations to claim. */
  readonly #ready = new Set<string>();
  #claiming: Promise<void> | undefined;
  #stopped = true;
  #renewedAt = performance.now();

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#interruptions = new InterruptionLog(options.log, options.periods);
    this.#waiting = new WaitingLog(options.store, options.log);
  }

  /** The number of running operations. */
  get size(): number {
    return this.#running.size;
  }

  start(): void {
    const { renewMs, sweepMs, waitingMs } = this.#options.periods;
    this.#stopped = false;
    this.#every(renewMs, () => this.#renew());
    this.#every(sweepMs, () => this.#look());
    this.#every(waitingMs, async () => {
      await this.#tryTo("looking for operations that wait", () => this.#waiting.check());
    });
    this.#markAllReady();
  }

  onEvent(event: StoreEvent): void {
    if (event.kind === "changed") {
      const work = this.#running.get(event.name)?.work;
      if (work) {
        void this.#tryTo("checking a changed operation", () => this.#check([work]));
      }
    } else if (event.kind === "work") {
      this.#markReady(event.method);
    } else {
      this.#markAllReady();
    }
  }

  /**
   * Stops claiming operations and waits for the running ones, then interrupts the rest and releases those that did not
   * stop, all within the timeout.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    await this.#claiming;
    if (this.size > 0) {
      const message = `draining: ${this.size} ${this.size === 1 ? "operation is" : "operations are"} running`;
      this.#options.log({ level: "info", message });
    }
    const stopMs = Math.min(timeoutMs * stopShare, maxStopMs);
    await this.#untilIdle(timeoutMs - stopMs);
    for (const { work } of this.#running.values()) {
      work.interrupt("draining");
    }
    await this.#untilIdle(stopMs);
    for (const timer of this.#timers.splice(0)) {
      clearInterval(timer);
    }
    const rest = [...this.#running.values()].map(({ work }) => work);
    this.#running.clear();
    await this.#release(rest);
  }

  async #untilIdle(timeoutMs: number): Promise<void> {
    const timeout = new AbortController();
    const all = Promise.all([...this.#running.values()].map(({ ended }) => ended));
    await Promise.race([all, sleep(Math.max(0, timeoutMs), undefined, { signal: timeout.signal }).catch(() => {})]);
    timeout.abort();
  }

  #every(ms: number, task: () => Promise<void>): void {
    let busy = false;
    const run = async (): Promise<void> => {
      if (!busy) {
        busy = true;
        await task();
        busy = false;
      }
    };
    this.#timers.push(setInterval(run, ms));
  }

  #markAllReady(): void {
    for (const method of this.#options.methods.keys()) {
      this.#markReady(method);
    }
  }

  #markReady(method: string): void {
    if (this.#options.methods.has(method) && !this.#stopped) {
      this.#ready.add(method);
      this.#claiming ??= this.#claimAll().finally(() => {
        this.#claiming = undefined;
      });
    }
  }

  /** Claims operations of one method after another, until the limit is reached or there are none left. */
  async #claimAll(): Promise<void> {
    for (;;) {
      const room = this.#options.concurrency - this.#running.size;
      const [method] = this.#ready;
      if (method === undefined || room <= 0 || this.#stopped) {
        return;
      }
      this.#ready.delete(method);
      await this.#tryTo("claiming operations", async () => {
        const claims = await this.#options.store.claim(method, room);
        if (claims.length >= room) {
          this.#ready.add(method);
        }
        for (const claim of claims) {
          this.#run(claim, method);
        }
      });
    }
  }

  #run(claim: Claim, methodName: string): void {
    const { methods, log, telemetry } = this.#options;
    const method = methods.get(methodName);
    if (method === undefined) {
      return;
    }
    if (this.#running.size === 0) {
      this.#renewedAt = performance.now();
    }
    const work = new Work(claim, method, this.#options, (work, reason) => {
      this.#interruptions.interrupted(work, reason);
      if (reason === "lease-lost") {
        telemetry.leaseLost(work.method.name);
      }
    });
    const { name: operation } = work;
    if (claim.takenOver) {
      const message = "takes over the operation: the worker of the previous attempt crashed or lost its lease";
      log({ ...work.about, level: "warn", message });
    }
    // False if a later attempt has taken its place, or a drain has released it.
    const isRunning = (): boolean => this.#running.get(operation)?.work === work;
    const ended = telemetry
      .attempt(attemptOf(work), () => runAttempt(work, log))
      .then(() => (work.interruption === "draining" && isRunning() ? this.#release([work]) : undefined))
      .finally(() => {
        this.#interruptions.ended(work);
        if (isRunning()) {
          this.#running.delete(operation);
        }
        const [next] = this.#ready;
        if (next !== undefined) {
          this.#markReady(next);
        }
      });
    // An earlier attempt in this process lost its lease but was not interrupted yet.
    this.#running.get(operation)?.work.interrupt("lease-lost");
    this.#running.set(operation, { work, ended });
  }

  /** Releases the claims. The store ignores those that are already settled. */
  async #release(works: readonly Work[]): Promise<void> {
    if (works.length > 0) {
      const released = await this.#tryTo("releasing operations", () =>
        this.#options.store.release(works.map(({ claim }) => claim)),
      );
      // The end of an attempt and a drain can both release a claim.
      for (const work of released ? works.filter((work) => !this.#released.has(work)) : []) {
        this.#released.add(work);
        const message = "released the operation: another worker will run it";
        this.#options.log({ ...work.about, level: "info", message });
      }
    }
  }

  async #renew(): Promise<void> {
    const works = [...this.#running.values()].map(({ work }) => work);
    const asked = performance.now();
    const renewed = await this.#tryTo("renewing leases", () => this.#check(works));
    if (renewed || works.length === 0) {
      this.#renewedAt = asked;
    } else if (performance.now() - this.#renewedAt > this.#options.leaseMs) {
      // No heartbeat reached the database for the length of a lease, so other workers may have claimed the operations.
      for (const work of works) {
        work.interrupt("lease-lost");
      }
    }
  }

  async #check(works: readonly Work[]): Promise<void> {
    if (works.length > 0) {
      const states = await this.#options.store.renew(works.map(({ claim }) => claim));
      for (const [index, work] of works.entries()) {
        work.observe(states[index] ?? "lost");
      }
    }
  }

  /** Finds work whose announcement was lost, and cleans up after crashes and expiry. */
  async #look(): Promise<void> {
    const { store } = this.#options;
    await this.#tryTo("looking for work", async () => {
      let outlook = await store.look();
      if (outlook.sweep) {
        await this.#sweep();
        outlook = await store.look();
      }
      for (const method of outlook.methods) {
        this.#markReady(method);
      }
    });
  }

  async #sweep(): Promise<void> {
    const { store, log } = this.#options;
    for (const { name: operation, ...facts } of await store.sweep(sweepErrors)) {
      log({ level: "error", message: crashedMessage, operation, ...facts });
    }
  }

  /** Runs a task and logs an error, because a later event or timer repeats the task. Returns whether it succeeded. */
  async #tryTo(what: string, task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      return true;
    } catch (error) {
      this.#options.log({ level: "warn", message: `${what} failed: the worker will retry`, error });
      return false;
    }
  }
}
