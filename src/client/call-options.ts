import type { CallOptions } from "@connectrpc/connect";
import { callTimeout } from "./numbers.ts";

/** Connect's call options. An option that is `undefined` counts as omitted. */
export type OperationCallOptions = { readonly [K in keyof CallOptions]?: CallOptions[K] | undefined };

/** The headers and context values of every call on an operation. */
export type CallContext = Pick<OperationCallOptions, "headers" | "contextValues">;

/**
 * Adds a context to the options of a call. The call's own headers and context values override those of the context.
 *
 * @param defaultTimeoutMs The timeout, unless the options set one.
 * @throws RangeError if the timeout is NaN.
 */
export function withContext(
  context: CallContext,
  options: OperationCallOptions,
  defaultTimeoutMs?: number,
): CallOptions {
  const headers = new Headers(context.headers);
  for (const [name, value] of new Headers(options.headers)) {
    headers.set(name, value);
  }
  const [base, own] = [context.contextValues, options.contextValues];
  // Connect's createContextValues() returns an object that holds the values as its own properties.
  const contextValues = base && own ? { ...base, ...own } : (own ?? base);
  // Names the options, because an AbortController, which has a signal, has no property of its own to spread.
  const { signal, timeoutMs = defaultTimeoutMs, onHeader, onTrailer } = options;
  const limitMs = timeoutMs === undefined ? timeoutMs : callTimeout(timeoutMs);
  return { signal, timeoutMs: limitMs, onHeader, onTrailer, contextValues, headers } as CallOptions;
}
