import { WireType } from "@bufbuild/protobuf/wire";
import { type Encoded, visitFields } from "./wire.ts";

/** Returns the bytes to write for the value of a field, or `undefined` to omit the field. */
export type Keep = (value: Encoded) => Uint8Array | undefined;

/** The fields of a message to keep, by field number. All other fields are omitted. */
export type Kept = ReadonlyMap<number, Keep>;

/**
 * Copies the kept fields of an encoded message, in their original order. Descriptors contain far more than a run needs,
 * and decoding all of it would take most of the run's time and memory.
 *
 * @throws Error if the bytes are not an encoded message.
 */
export function prune(message: Encoded, kept: Kept): Uint8Array {
  // Most messages are small, and Node.js takes small buffers from a pool.
  const parts: Uint8Array[] = [];
  visitFields(message, (number, value, wireType) => {
    const bytes = kept.get(number)?.(value);
    if (bytes !== undefined) {
      parts.push(encodeVarint(number * 8 + wireType));
      if (wireType === WireType.LengthDelimited) {
        parts.push(encodeVarint(bytes.length));
      }
      parts.push(bytes);
    }
  });
  return Buffer.concat(parts);
}

/** The encodings of small numbers: most tags and lengths. */
const small = Array.from({ length: 0x80 }, (_, value) => Uint8Array.of(value));

/** Encodes a tag or a length. */
export function encodeVarint(value: number): Uint8Array {
  const known = small[value];
  if (known !== undefined) {
    return known;
  }
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes.push((rest % 0x80) + 0x80);
  }
  return Uint8Array.of(...bytes, rest);
}
