import type { CallOptions } from "@connectrpc/connect";

/** Connect's options of a call. What is undefined is as if it were left out. */
export type OperationCallOptions = { readonly [K in keyof CallOptions]?: CallOptions[K] | undefined };

/** What every call on an operation carries. */
export type CallContext = Pick<OperationCallOptions, "headers" | "contextValues">;

/** Adds a context to the options of a call. Where both say something, the call's own goes first. */
export function withContext(context: CallContext, options: OperationCallOptions): CallOptions & { headers: Headers } {
  const headers = new Headers(context.headers);
  for (const [name, value] of new Headers(options.headers)) {
    headers.set(name, value);
  }
  const [base, own] = [context.contextValues, options.contextValues];
  // What createContextValues makes has the values among its own properties.
  const contextValues = base && own ? { ...base, ...own } : (own ?? base);
  return { ...options, contextValues, headers } as CallOptions & { headers: Headers };
}
