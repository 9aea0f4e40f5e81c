import { fromBinary } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";
import type { LroPolling } from "../operation/lro-service.ts";
import { inRange } from "./numbers.ts";
import type { Remote } from "./remote.ts";
import { isTransient } from "./transient.ts";

/**
 * How a client polls an operation until it is done. Times are in milliseconds. Regardless of these options, the client
 * polls an operation at most 20 times a second. An option that is out of range throws a RangeError when the client is
 * created or when the operation is started or resumed.
 */
export interface PollingOptions extends LroPolling {
  /** Maximum random reduction of a delay, as a fraction, so that clients do not poll in step. Default 0.2. */
  readonly jitter?: number | undefined;
  /** Timeout of a call of GetOperation, and of calls to cancel or delete. 0 means no limit. Default 10,000. */
  readonly pollTimeoutMs?: number | undefined;
  /**
   * Maximum time for which one WaitOperation call blocks. 0 means to poll with GetOperation only, as is done
   * for servers that do not implement WaitOperation. A call that takes two seconds longer is ended. Default 30,000.
   */
  readonly longPollMs?: number | undefined;
  /**
   * Maximum time for which to retry polls that fail with transient errors. Restarts after a success. Delays that the
   * server requests with RetryInfo or Retry-After do not count. Default 300,000.
   */
  readonly retryForMs?: number | undefined;
  /**
   * Whether to retry after a poll or a cancel request that failed with this error. Default: lost connections, and the
   * codes UNAVAILABLE, DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED.
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

/** The ranges of options that are not from 0 to infinity. */
const ranges: { readonly [K in keyof PollingOptions]: readonly [least: number, most?: number] } = {
  delayMultiplier: [1],
  jitter: [0, 1],
  totalTimeoutMs: [Number.NEGATIVE_INFINITY],
};

/** Shortest time between the starts of two polls of an operation. */
export const minDelayMs = 50;

/**
 * Merges layers of options over the defaults. Later layers override earlier ones, unless a value is `undefined`.
 *
 * @throws RangeError if a number is out of range.
 */
export function layeredPolling(...layers: readonly (PollingOptions | undefined)[]): Polling {
  const set = layers.flatMap((layer) => Object.entries(layer ?? {})).filter(([, value]) => value !== undefined);
  for (const [name, value] of set) {
    if (typeof value === "number") {
      inRange(`polling.${name}`, value, ...(ranges[name as keyof PollingOptions] ?? []));
    }
  }
  return { ...defaultPolling, ...Object.fromEntries(set) };
}

/** The delay after a number of polls, in milliseconds. */
export function backoffMs(polling: Polling, polls: number, random: number): number {
  const { initialDelayMs, delayMultiplier, maxDelayMs, jitter } = polling;
  const delay = Math.min(Math.max(initialDelayMs, minDelayMs) * delayMultiplier ** polls, maxDelayMs);
  return Math.max(delay * (1 - jitter * random), minDelayMs);
}

/**
 * Maximum time, in ms, to repeat a call that fails with transient errors. Short if the browser may refuse all calls.
 */
export function patienceMs(remote: Remote, ms: number): number {
  return remote.isRefused ? Math.min(ms, 3_000) : ms;
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

// Reads RetryInfo's only field, which follows its tag and its length, of one byte each: the schema would add all of
// google.rpc's error details to every client.
function retryInfoMs(bytes: Uint8Array): number {
  try {
    const { seconds, nanos } = fromBinary(DurationSchema, bytes.subarray(2));
    return Number(seconds) * 1_000 + nanos / 1_000_000;
  } catch {
    return 0;
  }
}

// A date is relative to the Date header of the same response, because the local clock may be wrong.
function retryAfterMs(headers: Headers): number {
  const value = headers.get("retry-after") ?? "";
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.parse(headers.get("date") ?? "");
}
