import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { DurationSchema, durationMs } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectError } from "@connectrpc/connect";
import type { LroPolling } from "../operation/lro-service.ts";

/** How to learn that an operation is done. Times are in milliseconds. */
export interface PollingOptions extends LroPolling {
  /** By which part a delay may be shorter, by chance, so that clients do not poll in step. Default 0.2. */
  readonly jitter?: number | undefined;
  /** The deadline of one poll. Default 10,000. */
  readonly pollTimeoutMs?: number | undefined;
  /**
   * How long one WaitOperation may take, for servers that have it. Others are polled with GetOperation, as all are when
   * this is 0. Default 30,000.
   */
  readonly longPollMs?: number | undefined;
  /** How long polls may fail, one after the other, with errors that are transient. Default 300,000. */
  readonly retryForMs?: number | undefined;
  /**
   * Which errors of a poll are worth another one. By default those of the network and the codes UNAVAILABLE,
   * DEADLINE_EXCEEDED and RESOURCE_EXHAUSTED.
   */
  readonly isTransient?: ((error: ConnectError) => boolean) | undefined;
  /** Whether the process may exit while it waits for the next poll. Default false. */
  readonly unref?: boolean | undefined;
}

/** All options, with their defaults filled in. */
export type Polling = { readonly [K in keyof PollingOptions]-?: Exclude<PollingOptions[K], undefined> };

// As late as google-gax is, with fewer calls: bench/client.ts has the curve.
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

/** Fills in the defaults. What a later layer says goes before what an earlier one does; undefined says nothing. */
export function layeredPolling(...layers: readonly (PollingOptions | undefined)[]): Polling {
  const said = layers.flatMap((layer) => Object.entries(layer ?? {})).filter(([, value]) => value !== undefined);
  return { ...defaultPolling, ...Object.fromEntries(said) };
}

/** The delay after so many polls. */
export function backoffMs(polling: Polling, polls: number, random: number): number {
  const delay = Math.min(polling.initialDelayMs * polling.delayMultiplier ** polls, polling.maxDelayMs);
  return delay * (1 - polling.jitter * random);
}

/** Whether an error of a poll says nothing about the next one. */
export function isTransient({ code, cause }: ConnectError): boolean {
  switch (code) {
    case Code.Unavailable:
    case Code.DeadlineExceeded:
    case Code.ResourceExhausted:
      return true;
    default:
      // A cause means that the error was made on this side. fetch throws a TypeError when the network fails, and Node.js
      // an error with a string for a code.
      return cause instanceof TypeError || typeof (cause as { code?: unknown } | undefined)?.code === "string";
  }
}

/**
 * How long the server wants to be left alone after an error, in milliseconds: by google.rpc.RetryInfo among the details,
 * or by HTTP's Retry-After. 0 where it does not say.
 */
export function retryDelayMs({ details, metadata }: ConnectError): number {
  for (const detail of details) {
    if ("type" in detail && detail.type === "google.rpc.RetryInfo") {
      return retryInfoMs(detail.value);
    }
  }
  return Math.max(0, retryAfterMs(metadata)) || 0;
}

// Read by hand, its only field: the schema would bring all of google.rpc's error details into every client.
function retryInfoMs(bytes: Uint8Array): number {
  try {
    const reader = new BinaryReader(bytes);
    reader.tag();
    return durationMs(fromBinary(DurationSchema, reader.bytes()));
  } catch {
    return 0;
  }
}

// A date counts from the date of the same response, because this machine's clock may be wrong.
function retryAfterMs(headers: Headers): number {
  const value = headers.get("retry-after") ?? "";
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.parse(headers.get("date") ?? "");
}
