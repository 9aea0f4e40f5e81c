import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";

interface Subscription {
  readonly channel: string;
  readonly onPayload: (payload: string) => void;
  readonly onConnect: () => void;
  /** Interval of the checks of the connection. */
  readonly heartbeatMs: number;
}

const reconnectMs = 500;

/**
 * Listens on a dedicated connection until the signal aborts. Reconnects if the connection breaks or stops responding.
 */
export function keepListening(
  connect: () => Promise<PoolClient>,
  subscription: Subscription,
  signal: AbortSignal,
): { readonly first: Promise<void>; readonly ended: Promise<void> } {
  let ended = Promise.resolve();
  const first = new Promise<void>((resolve, reject) => {
    ended = (async () => {
      while (!signal.aborted) {
        try {
          await listenOnce(await connect(), subscription, resolve, signal);
        } catch (error) {
          reject(error);
        }
        await sleep(reconnectMs, undefined, { signal }).catch(() => {});
      }
    })();
  });
  return { first, ended };
}

/** Listens until the connection ends or the signal aborts. */
async function listenOnce(
  client: PoolClient,
  { channel, onPayload, onConnect, heartbeatMs }: Subscription,
  onListening: () => void,
  signal: AbortSignal,
): Promise<void> {
  const broken = new Promise<void>((resolve) => {
    client.once("error", () => resolve());
    client.once("end", () => resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  client.on("notification", ({ payload }) => onPayload(payload ?? ""));
  try {
    await client.query(`LISTEN ${channel}`);
    onListening();
    onConnect();
    for (let alive = true; alive && !signal.aborted; ) {
      await Promise.race([sleep(heartbeatMs, undefined, { ref: false }), broken]);
      // A second LISTEN has no effect, but it gets no response on a half-open connection.
      const answer = client.query(`LISTEN ${channel}`).then(
        () => true,
        () => false,
      );
      alive = await Promise.race([answer, broken.then(() => false), sleep(heartbeatMs, false, { ref: false })]);
    }
  } finally {
    client.release(true);
  }
}
