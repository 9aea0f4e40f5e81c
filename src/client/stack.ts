/**
 * Sets the stack of an error to that of the call that waits, which timers and callbacks lose.
 *
 * @param call An error that was created when the call started.
 */
export function withStackOf<E extends Error>(call: Error, error: E): E {
  // Only V8 begins the stack with the error itself. Reading it costs time, so waits that succeed do not.
  error.stack = call.stack?.replace(/^Error/, () => String(error)) ?? "";
  return error;
}
