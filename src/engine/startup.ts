import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import type { EngineOptions } from "../server/operation-store.ts";
import type { Connection } from "./database.ts";

const retryMs = 500;

/**
 * Waits until a database responds, for example because it is still starting.
 *
 * @throws ConnectError with Code.Unavailable if it does not respond in time.
 */
export async function untilStarted(database: Connection, timeoutMs: number, log: EngineOptions["log"]): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let logged = false; ; logged = true) {
    try {
      await database.query("SELECT 1");
      return;
    } catch (error) {
      const unavailable = error instanceof ConnectError && error.code === Code.Unavailable;
      if (!unavailable || performance.now() + retryMs > deadline) {
        throw error;
      }
      if (!logged) {
        log({ level: "warn", message: `the database is unavailable: waiting for it for up to ${timeoutMs} ms`, error });
      }
      await sleep(retryMs);
    }
  }
}
