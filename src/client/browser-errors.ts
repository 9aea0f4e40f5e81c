import { ConnectError } from "@connectrpc/connect";
import type { Remote } from "./remote.ts";
import { isTransient } from "./transient.ts";

/** Whether this code runs in a page or a worker of a browser. */
export function isBrowser(): boolean {
  return typeof location === "object";
}

/**
 * Returns the error of a call that failed. If a browser refuses a call because of the server's CORS settings, it throws
 * the same error as if the network failed. Until the server has responded once, the error names both causes.
 */
export function failureOf(remote: Remote, reason: unknown): ConnectError {
  const error = ConnectError.from(reason);
  remote.isAnswered ||= error.isWireError;
  remote.isRefused = isBrowser() && !remote.isAnswered && error.cause instanceof TypeError && isTransient(error);
  if (remote.isRefused) {
    error.message += " (is the network down, or do the server's CORS settings refuse this page?)";
  }
  return error;
}
