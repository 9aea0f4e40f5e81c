import type { ConnectError, Transport } from "@connectrpc/connect";
import { isTransient } from "./transient.ts";

/** Whether this code runs in a page or a worker of a browser. */
export function isBrowser(): boolean {
  return typeof location === "object";
}

/** A transport that knows whether a browser may be refusing its calls. */
export interface ExplainedTransport extends Transport {
  /** Whether the last call failed before the server ever answered one, in a browser. */
  isRefused(): boolean;
}

/**
 * Wraps a transport. If a browser refuses a call because of the server's CORS settings, it throws the same error as if
 * the network failed. Until the server has answered once, the error names both causes.
 */
export function explainErrors(transport: Transport): ExplainedTransport {
  let isAnswered = false;
  let isRefused = false;

  async function unary(...call: Parameters<Transport["unary"]>): Promise<unknown> {
    try {
      const response = await transport.unary(...call);
      isAnswered = true;
      return response;
    } catch (reason) {
      const error = reason as ConnectError;
      isAnswered ||= error.isWireError;
      isRefused = isBrowser() && !isAnswered && error.cause instanceof TypeError && isTransient(error);
      if (isRefused) {
        error.message += " (the network may be down, or the server's CORS settings may not allow this page's calls)";
      }
      throw error;
    }
  }

  return {
    unary: unary as Transport["unary"],
    stream: (...call) => transport.stream(...call),
    isRefused: () => isRefused,
  };
}
