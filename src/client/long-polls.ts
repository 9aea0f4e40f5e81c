import type { Transport } from "@connectrpc/connect";

/**
 * The places for long polls on one transport. They belong to the operations that have been waited for longest, so that
 * the others leave connections and streams free, and poll.
 */
export class LongPolls {
  // In the order of their waits. Each is called when it gets a place.
  readonly #waits = new Set<() => void>();

  /** Whether a wait has one of the places. The first call puts the wait in the queue. */
  hasPlace(wait: () => void, places: number): boolean {
    this.#waits.add(wait);
    let place = 0;
    for (const other of this.#waits) {
      if (other === wait || place === places) {
        break;
      }
      place++;
    }
    return place < places;
  }

  /** Removes a wait, so that the next one gets a place. */
  leave(wait: () => void, places: number): void {
    if (this.#waits.delete(wait)) {
      [...this.#waits][places - 1]?.();
    }
  }
}

const ofTransport = new WeakMap<Transport, LongPolls>();

/** Returns the places that all clients with a transport share. */
export function longPollsOf(transport: Transport): LongPolls {
  const longPolls = ofTransport.get(transport) ?? new LongPolls();
  ofTransport.set(transport, longPolls);
  return longPolls;
}
