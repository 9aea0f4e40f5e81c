import { type Log, thisProcess } from "../log.ts";
import type { OperationStore } from "../operation-store.ts";

/** The waiting time, in seconds, from which operations are logged. */
const maxWaitingSeconds = 60;

/** Logs methods whose operations wait although no process runs one of them. */
export class WaitingLog {
  readonly #store: Pick<OperationStore, "measure">;
  readonly #log: Log;
  #logged = new Set<string>();

  constructor(store: Pick<OperationStore, "measure">, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Logs each such method once, until its operations no longer wait. Only one of the processes logs. */
  async check(): Promise<void> {
    const measured = (await this.#store.measure(thisProcess)) ?? [];
    const waiting = measured.filter(({ running, oldestSeconds }) => running === 0 && oldestSeconds > maxWaitingSeconds);
    for (const { method, oldestSeconds } of waiting) {
      if (!this.#logged.has(method)) {
        const message =
          `operations have waited for ${Math.round(oldestSeconds)} s and no worker runs any: start a process that ` +
          "registers a handler for the method, or increase concurrency if all workers are busy";
        this.#log({ level: "warn", message, method });
      }
    }
    this.#logged = new Set(waiting.map(({ method }) => method));
  }
}
