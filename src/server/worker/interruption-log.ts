import type { OperationInterruptionReason } from "../interruption.ts";
import type { Log } from "../log.ts";
import type { Periods } from "../periods.ts";
import type { Work } from "./work.ts";

/** Logs lost leases, and handlers that continue after an interruption. */
export class InterruptionLog {
  readonly #log: Log;
  readonly #periods: Pick<Periods, "ignoredMs" | "ignoredAgainMs">;
  readonly #timers = new Map<Work, NodeJS.Timeout>();

  constructor(log: Log, periods: Pick<Periods, "ignoredMs" | "ignoredAgainMs">) {
    this.#log = log;
    this.#periods = periods;
  }

  interrupted(work: Work, reason: OperationInterruptionReason): void {
    if (reason === "lease-lost") {
      const message = "the lease was lost: another worker may run the operation";
      this.#log({ ...work.about, level: "warn", message });
    }
    const since = performance.now();
    const warnAfter = (ms: number): void => {
      const timer = setTimeout(() => {
        const seconds = Math.round((performance.now() - since) / 1_000);
        const message =
          `the handler ignores its signal: it was interrupted (${reason}) ${seconds} s ago and is still running. Pass ` +
          "operation.signal to everything that it waits for";
        this.#log({ ...work.about, level: "warn", message });
        warnAfter(this.#periods.ignoredAgainMs);
      }, ms);
      this.#timers.set(work, timer.unref());
    };
    warnAfter(this.#periods.ignoredMs);
  }

  /** The handler returned. */
  ended(work: Work): void {
    clearTimeout(this.#timers.get(work));
    this.#timers.delete(work);
  }
}
