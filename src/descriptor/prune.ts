import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
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
  const writer = new BinaryWriter();
  visitFields(message, (number, value, wireType) => {
    const bytes = kept.get(number)?.(value);
    if (bytes !== undefined) {
      writer.tag(number, wireType);
      wireType === WireType.LengthDelimited ? writer.bytes(bytes) : writer.raw(bytes);
    }
  });
  return writer.finish();
}
