import type { OperationStore, StoredOperation, StoreEvent } from "../operation-store.ts";

const maxNames = 1_000;

/** Reads operations and waits for them. Waiters share queries, so that many of them put little load on the store. */
export interface Waiting {
  /** Reads an operation. Concurrent calls share a query. */
  read(name: string): Promise<StoredOperation | undefined>;
  /** Waits until the operation is done or deleted, or the signal aborts, and returns its current state. */
  untilDone(name: string, signal: AbortSignal): Promise<StoredOperation | undefined>;
  /** Wakes the waiters that an event concerns. */
  onEvent(event: StoreEvent): void;
  /** Ends all current and later waits: each returns the current state without waiting further. */
  end(): void;
}

/** @param backstopMs Interval of the reads of operations that calls wait for, in case an event was lost. */
export function createWaiting(store: Pick<OperationStore, "read">, backstopMs: number): Waiting {
  const waiters = new Map<string, Set<() => void>>();
  const batch = createBatch(store);
  let ended = false;
  let backstop: NodeJS.Timeout | undefined;

  function wake(name: string): void {
    for (const waiter of waiters.get(name) ?? []) {
      waiter();
    }
  }

  function wakeAll(): void {
    for (const name of waiters.keys()) {
      wake(name);
    }
  }

  function add(name: string, waiter: () => void): () => void {
    const ofName = waiters.get(name) ?? new Set();
    waiters.set(name, ofName.add(waiter));
    backstop ??= setInterval(wakeAll, backstopMs).unref();
    return () => {
      ofName.delete(waiter);
      if (ofName.size === 0) {
        waiters.delete(name);
      }
      if (waiters.size === 0) {
        clearInterval(backstop);
        backstop = undefined;
      }
    };
  }

  return {
    read: batch,
    async untilDone(name, signal) {
      // Counts wakes, so that one that arrives during a read causes another read.
      let wakes = 0;
      let resolve = (): void => {};
      const onWake = (): void => {
        wakes++;
        resolve();
      };
      const remove = add(name, onWake);
      signal.addEventListener("abort", onWake);
      try {
        for (;;) {
          const seen = wakes;
          const stop = signal.aborted || ended;
          const operation = await batch(name);
          if (stop || operation === undefined || operation.done || operation.deleted) {
            return operation;
          }
          if (seen === wakes) {
            await new Promise<void>((done) => {
              resolve = done;
            });
          }
        }
      } finally {
        signal.removeEventListener("abort", onWake);
        remove();
      }
    },
    onEvent(event) {
      if (event.kind === "changed") {
        wake(event.name);
      } else if (event.kind === "resync") {
        wakeAll();
      }
    },
    end() {
      ended = true;
      wakeAll();
    },
  };
}

/** Combines reads in the same turn of the event loop into one query. */
function createBatch(store: Pick<OperationStore, "read">): (name: string) => Promise<StoredOperation | undefined> {
  let next: { readonly names: Set<string>; readonly found: Promise<Map<string, StoredOperation>> } | undefined;

  async function flush(names: Set<string>): Promise<Map<string, StoredOperation>> {
    await Promise.resolve();
    next = undefined;
    return new Map((await store.read([...names])).map((operation) => [operation.name, operation]));
  }

  return async (name) => {
    if (next === undefined || next.names.size >= maxNames) {
      const names = new Set<string>();
      next = { names, found: flush(names) };
    }
    next.names.add(name);
    return (await next.found).get(name);
  };
}
