/** The callbacks for one signal. The set is itself the event listener, so that adding it again has no effect. */
class Callbacks extends Set<() => void> {
  handleEvent(): void {
    for (const callback of this) {
      callback();
    }
  }
}

const callbacksOf = new WeakMap<AbortSignal, Callbacks>();

/**
 * Calls a function when a signal aborts, until you call the returned function. All callbacks for a signal share one
 * listener, because Node.js 20 warns of a memory leak if a signal has more than ten.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = callbacksOf.get(signal) ?? new Callbacks();
  callbacksOf.set(signal, callbacks.add(callback));
  signal.addEventListener("abort", callbacks);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size === 0) {
      signal.removeEventListener("abort", callbacks);
    }
  };
}
