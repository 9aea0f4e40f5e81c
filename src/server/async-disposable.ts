/**
 * What `await using` closes, for programs whose TypeScript knows `Symbol.asyncDispose`. AsyncDisposable itself would make
 * every program fail to compile that does not.
 */
export type LroAsyncDisposable = SymbolConstructor extends { readonly asyncDispose: infer S extends symbol }
  ? { readonly [K in S]: () => Promise<void> }
  : object;
