/**
 * `AsyncDisposable`, if the program's TypeScript `lib` declares `Symbol.asyncDispose`, otherwise `object`. A direct
 * reference to AsyncDisposable would not compile without that declaration.
 */
export type LroAsyncDisposable = SymbolConstructor extends { readonly asyncDispose: infer S extends symbol }
  ? { readonly [K in S]: () => Promise<void> }
  : object;
