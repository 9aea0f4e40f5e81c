/** What to call when a signal aborts. It is a listener itself, which a signal has only once. */
class Callbacks extends Set<() => void> {
  handleEvent(): void {
    for (const callback of this) {
      callback();
    }
  }
}

const callbacksOf = new WeakMap<AbortSignal, Callbacks>();

/**
 * Calls back when a signal aborts, until the returned function is called. However many wait for a signal, it has one
 * listener: Node.js 20 warns of a leak where there are more than ten.
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
