import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Log } from "../log.ts";
import type { ServedMethod } from "../method.ts";
import type { Claim, StoreEvent } from "../operation-store.ts";
import type { Periods } from "../periods.ts";
import { errorResult } from "../result.ts";
import type { Telemetry } from "../telemetry.ts";
import { runAttempt } from "./attempt.ts";
import { Work, type WorkContext } from "./work.ts";

export interface WorkerOptions extends WorkContext {
  readonly methods: ReadonlyMap<string, ServedMethod>;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** How many operations to run at the same time. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly periods: Periods;
}

/** Of the time to drain, what handlers get to stop in once they are told to. */
const stopShare = 0.2;
const maxStopMs = 5_000;

const crashed = errorResult(
  new ConnectError("the operation failed: its worker crashed or lost its lease too often", Code.Internal),
).error;

/** Takes operations from the store as long as it has room, runs their handlers, and keeps the leases. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #running = new Map<string, { readonly work: Work; readonly ended: Promise<void> }>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** The methods that may have work. */
  readonly #ready = new Set<string>();
  #claiming: Promise<void> | undefined;
  #stopped = true;
  #renewedAt = performance.now();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** How many operations run. */
  get size(): number {
    return this.#running.size;
  }

  start(): void {
    const { renewMs, sweepMs } = this.#options.periods;
    this.#stopped = false;
    this.#every(renewMs, () => this.#renew());
    this.#every(sweepMs, () => this.#sweep());
    this.#lookEverywhere();
  }

  onEvent(event: StoreEvent): void {
    if (event.kind === "changed") {
      const work = this.#running.get(event.name)?.work;
      if (work) {
        void this.#attend("a changed operation", () => this.#check([work]));
      }
    } else if (event.kind === "work") {
      this.#look(event.method);
    } else {
      this.#lookEverywhere();
    }
  }

  /**
   * Takes no more operations, lets the running ones end, tells those that have not to stop, and hands back what is left
   * for another worker, all within the timeout.
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#stopped = true;
    await this.#claiming;
    const stopMs = Math.min(timeoutMs * stopShare, maxStopMs);
    await this.#untilIdle(timeoutMs - stopMs);
    for (const { work } of this.#running.values()) {
      work.interrupt("draining");
    }
    await this.#untilIdle(stopMs);
    for (const timer of this.#timers.splice(0)) {
      clearInterval(timer);
    }
    await this.#release([...this.#running.values()].map(({ work }) => work));
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

  #lookEverywhere(): void {
    for (const method of this.#options.methods.keys()) {
      this.#look(method);
    }
  }

  #look(method: string): void {
    if (this.#options.methods.has(method) && !this.#stopped) {
      this.#ready.add(method);
      this.#claiming ??= this.#claimAll().finally(() => {
        this.#claiming = undefined;
      });
    }
  }

  /** Goes round the methods that may have work, until there is no more room or no more work. */
  async #claimAll(): Promise<void> {
    for (;;) {
      const room = this.#options.concurrency - this.#running.size;
      const [method] = this.#ready;
      if (method === undefined || room <= 0 || this.#stopped) {
        return;
      }
      this.#ready.delete(method);
      await this.#attend("claiming operations", async () => {
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
    const work = new Work(claim, method, this.#options);
    const { name: operation } = work;
    const { attempt: number, trace } = claim;
    const ended = telemetry
      .attempt({ method: method.name, operation, number, trace }, () => runAttempt(work, log))
      .then(() => (work.interruption === "draining" ? this.#release([work]) : undefined))
      .finally(() => {
        if (this.#running.get(operation)?.work === work) {
          this.#running.delete(operation);
        }
        const [next] = this.#ready;
        if (next !== undefined) {
          this.#look(next);
        }
      });
    // An earlier attempt of this very process has lost its lease, though nobody has told it yet.
    this.#running.get(operation)?.work.interrupt("lease-lost");
    this.#running.set(operation, { work, ended });
  }

  /** Gives back what was not settled. What was, the store does not find. */
  async #release(works: readonly Work[]): Promise<void> {
    if (works.length > 0) {
      await this.#attend("handing back operations", () => this.#options.store.release(works.map(({ claim }) => claim)));
    }
  }

  async #renew(): Promise<void> {
    const works = [...this.#running.values()].map(({ work }) => work);
    const asked = performance.now();
    const renewed = await this.#attend("renewing leases", () => this.#check(works));
    if (renewed || works.length === 0) {
      this.#renewedAt = asked;
    } else if (performance.now() - this.#renewedAt > this.#options.leaseMs) {
      // The database has not heard of us for so long that it may have given the operations to others.
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

  async #sweep(): Promise<void> {
    await this.#attend("sweeping", () => this.#options.store.sweep(crashed));
    this.#lookEverywhere();
  }

  /** Does something that can be done again later if it fails. */
  async #attend(what: string, task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      return true;
    } catch (error) {
      this.#options.log({ level: "warn", message: `${what} failed, and will be tried again`, error });
      return false;
    }
  }
}
