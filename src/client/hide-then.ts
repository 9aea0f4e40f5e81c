/**
 * Renames the method `then` of a client to `then$`. A client with a method `then` would be thenable: `await`, or returning
 * the client from an async function, would call the rpc.
 */
export function hideThen<C extends object>(client: object): C {
  const { then: then$, ...others } = client as { then?: unknown };
  return { ...others, then$ } as object as C;
}
