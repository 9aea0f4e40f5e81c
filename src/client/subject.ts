import type { CallOptions } from "@connectrpc/connect";
import type { OperationRef } from "../operation/errors.ts";
import { type CallContext, type OperationCallOptions, withContext } from "./call-options.ts";
import type { Polling } from "./polling.ts";
import type { Remote } from "./remote.ts";

/** An operation on the server, and how to call it. */
export interface Subject {
  readonly ref: OperationRef;
  readonly remote: Remote;
  readonly polling: Polling;
  /** The headers and context values of the call that started the operation, for all calls on it. */
  readonly context: CallContext;
}

/** Returns the options of a call on an operation: its context, and a deadline. */
export function callOptions({ context, polling }: Subject, options: OperationCallOptions): CallOptions {
  return withContext(context, options, polling.pollTimeoutMs);
}
