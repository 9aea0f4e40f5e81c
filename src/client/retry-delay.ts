import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { DurationSchema, durationMs } from "@bufbuild/protobuf/wkt";
import type { ConnectError } from "@connectrpc/connect";

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
