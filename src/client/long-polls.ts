import type { Transport } from "@connectrpc/connect";

/** A wait that can get a place. */
interface Waiting {
  /** Called when the wait gets a place. */
  wake(): void;
}

/**
 * The places for long polls on one transport. They belong to the operations with the earliest waits. The others poll,
 * so that connections and streams remain free.
 */
export class LongPolls {
  // In the order in which they began.
  readonly #waits = new Set<Waiting>();

  /** Whether a wait has one of the places. The first call puts the wait in the queue. */
  hasPlace(wait: Waiting, places: number): boolean {
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
  leave(wait: Waiting, places: number): void {
    if (this.#waits.delete(wait)) {
      [...this.#waits][places - 1]?.wake();
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
