import type { Transport } from "@connectrpc/connect";

/** An operation that is waited for. */
export interface LongPoll {
  /** The maximum number of long polls on the transport, according to the client of this operation. */
  readonly maxLongPolls: number;
  /** Called when the operation gets a place. */
  onPlace(): void;
}

/**
 * The places for long polls on one transport. They belong to the operations that have been waited for longest, so that
 * the others leave connections and streams free, and poll.
 */
export class LongPolls {
  // In the order of their waits.
  readonly #waiting = new Set<LongPoll>();

  /** Whether an operation has a place. The first call puts the operation in the queue. */
  hasPlace(poll: LongPoll): boolean {
    this.#waiting.add(poll);
    let place = 0;
    for (const other of this.#waiting) {
      if (other === poll || place === poll.maxLongPolls) {
        break;
      }
      place++;
    }
    return place < poll.maxLongPolls;
  }

  /** Gives the place of an operation to the next one. */
  leave(poll: LongPoll): void {
    let place = 0;
    for (const other of this.#waiting.delete(poll) ? this.#waiting : []) {
      if (++place === other.maxLongPolls) {
        other.onPlace();
        break;
      }
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
