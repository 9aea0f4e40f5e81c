import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";

const firstDelayMs = 100;
const maxDelayMs = 2_000;

/** Retries a task for as long as it fails with UNAVAILABLE. */
export async function untilAvailable<T>(task: () => Promise<T>, onFailure?: (error: unknown) => void): Promise<T> {
  for (let delay = firstDelayMs; ; delay = Math.min(delay * 2, maxDelayMs)) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof ConnectError && error.code === Code.Unavailable)) {
        throw error;
      }
      onFailure?.(error);
      await sleep(delay);
    }
  }
}
