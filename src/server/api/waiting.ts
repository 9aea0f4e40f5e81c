import type { OperationStore, StoredOperation, StoreEvent } from "../operation-store.ts";

const maxNames = 1_000;

/** Reads operations, and waits for them. However many wait, what they ask of the store is little. */
export interface Waiting {
  /** The operation of this name. Calls at the same time share a query. */
  read(name: string): Promise<StoredOperation | undefined>;
  /** The operation when it is done or gone, or as it is when the signal comes. */
  untilDone(name: string, signal: AbortSignal): Promise<StoredOperation | undefined>;
  /** Takes note of what has changed. */
  onEvent(event: StoreEvent): void;
  /** Answers all who wait, now and later, with the operation as it is. */
  end(): void;
}

/** @param backstopMs How often to look at the operations that somebody waits for, in case an event was lost. */
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
      // Wakes that come during a read must not be lost, so they are counted from before it.
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

/** Gathers the reads of a moment into one query. */
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
