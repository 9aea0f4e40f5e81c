import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type Encoded, visitFields } from "./wire.ts";

/** Says what is kept of the value of a field: its bytes, other bytes in their place, or nothing. */
export type Keep = (value: Encoded) => Uint8Array | undefined;

/** What is kept of a message, by the numbers of its fields. Fields that are not named are left out. */
export type Kept = ReadonlyMap<number, Keep>;

/**
 * Returns what is kept of an encoded message, encoded again, with its fields in their order. Descriptors have more in
 * them than anybody needs at a time, and to decode it takes most of the time and memory of a run.
 *
 * @throws Error if it is not an encoded message.
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
