import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { DurationSchema, durationMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectError } from "@connectrpc/connect";
import type { LroPolling } from "../operation/lro-service.ts";

/** How a client polls an operation until it is done. Times are in milliseconds. */
export interface PollingOptions extends LroPolling {
  /** Maximum random reduction of a delay, as a fraction, so that clients do not poll in step. Default 0.2. */
  readonly jitter?: number | undefined;
  /**
   * Timeout of one poll, in addition to `longPollMs` for a long poll, and of calls to cancel or delete. Default 10,000.
   */
  readonly pollTimeoutMs?: number | undefined;
  /**
   * Maximum time for which one WaitOperation call blocks. 0 means to poll with GetOperation only, as is done
   * for servers that do not implement WaitOperation. Default 30,000.
   */
  readonly longPollMs?: number | undefined;
  /** Maximum time for which to retry polls that fail with transient errors. Restarts after a success. Default 300,000. */
  readonly retryForMs?: number | undefined;
  /**
   * Whether to retry after a poll that failed with this error. Default: network errors, and the codes UNAVAILABLE,
   * DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED.
   */
  readonly isTransient?: ((error: ConnectError) => boolean) | undefined;
  /** Whether the process may exit while an operation is waiting for its next poll. Default false. */
  readonly unref?: boolean | undefined;
}

/** All options, with their defaults filled in. */
export type Polling = { readonly [K in keyof PollingOptions]-?: Exclude<PollingOptions[K], undefined> };

// Results arrive about as early as with google-gax, with fewer calls: bench/client.ts compares them.
const defaultPolling: Polling = {
  initialDelayMs: 100,
  delayMultiplier: 1.3,
  maxDelayMs: 10_000,
  totalTimeoutMs: Number.POSITIVE_INFINITY,
  jitter: 0.2,
  pollTimeoutMs: 10_000,
  longPollMs: 30_000,
  retryForMs: 300_000,
  isTransient,
  unref: false,
};

/** Merges layers of options over the defaults. Later layers override earlier ones, unless a value is `undefined`. */
export function layeredPolling(...layers: readonly (PollingOptions | undefined)[]): Polling {
  const set = layers.flatMap((layer) => Object.entries(layer ?? {})).filter(([, value]) => value !== undefined);
  return { ...defaultPolling, ...Object.fromEntries(set) };
}

/** The delay after a number of polls, in milliseconds. */
export function backoffMs(polling: Polling, polls: number, random: number): number {
  const delay = Math.min(polling.initialDelayMs * polling.delayMultiplier ** polls, polling.maxDelayMs);
  return delay * (1 - polling.jitter * random);
}

/** Whether the next poll may succeed after this error. */
export function isTransient({ code, cause }: ConnectError): boolean {
  switch (code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
    case Code.ResourceExhausted:
      return true;
    default:
      // The cause is set only if the error occurred on this side. If the network fails, fetch throws a TypeError, and
      // Node.js throws an error whose code is a string.
      return cause instanceof TypeError || typeof (cause as { code?: unknown } | undefined)?.code === "string";
  }
}

/**
 * The delay that the server requests after an error, in milliseconds: from google.rpc.RetryInfo among the details, or
 * else from the HTTP header Retry-After. 0 if there is neither.
 */
export function retryDelayMs({ details, metadata }: ConnectError): number {
  for (const detail of details) {
    if ("type" in detail && detail.type === "google.rpc.RetryInfo") {
      return retryInfoMs(detail.value);
    }
  }
  return Math.max(0, retryAfterMs(metadata)) || 0;
}

// Reads RetryInfo's only field directly: its schema would add all of google.rpc's error details to every client.
function retryInfoMs(bytes: Uint8Array): number {
  try {
    const reader = new BinaryReader(bytes);
    reader.tag();
    return durationMs(fromBinary(DurationSchema, reader.bytes()));
  } catch {
    return 0;
  }
}

// A date is relative to the Date header of the same response, because the local clock may be wrong.
function retryAfterMs(headers: Headers): number {
  const value = headers.get("retry-after") ?? "";
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.parse(headers.get("date") ?? "");
}
