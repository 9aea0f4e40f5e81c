import { type BinaryWriter, getTextEncoding, WireType } from "@bufbuild/protobuf/wire";

/**
 * What a field with a length holds, still encoded: a message, a string, or packed numbers. It costs next to nothing to
 * make, unlike a view of the bytes, so that a little can be read of a lot.
 */
export interface Encoded {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export const empty: Encoded = { buffer: new Uint8Array(), start: 0, end: 0 };

export function bytesOf({ buffer, start, end }: Encoded): Uint8Array {
  return buffer.subarray(start, end);
}

export function textOf(encoded: Encoded): string {
  return getTextEncoding().decodeUtf8(bytesOf(encoded));
}

/**
 * Visits the fields of a message in order, those of a fixed size left out, until the visitor returns true.
 *
 * @throws Error if it is not an encoded message.
 */
export function visitFields(
  { buffer, start, end }: Encoded,
  visit: (number: number, value: Encoded | number) => unknown,
): void {
  let position = start;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; position < end; scale *= 0x80) {
      const byte = buffer[position++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return value;
      }
    }
    throw new Error("a varint has no end");
  };
  while (position < end) {
    const tag = readVarint();
    const number = Math.floor(tag / 8);
    let value: Encoded | number | undefined;
    switch (tag % 8) {
      case WireType.Varint:
        value = readVarint();
        break;
      case WireType.LengthDelimited: {
        const length = readVarint();
        value = { buffer, start: position, end: position + length };
        position += length;
        break;
      }
      case WireType.Bit32:
        position += 4;
        break;
      case WireType.Bit64:
        position += 8;
        break;
      default:
        throw new Error(`field ${number} has an unexpected wire type`);
    }
    if (position > end) {
      throw new Error(`field ${number} is cut off`);
    }
    if (value !== undefined && visit(number, value) === true) {
      return;
    }
  }
}

/** Visits the fields that have a length, until the visitor returns true. */
export function visitEncoded(message: Encoded, visit: (number: number, value: Encoded) => unknown): void {
  visitFields(message, (number, value) => typeof value !== "number" && visit(number, value) === true);
}

/** Returns what a field with a length holds, empty where it is not set. */
export function findEncoded(message: Encoded, wanted: number): Encoded {
  let found = empty;
  visitEncoded(message, (number, value) => {
    if (number === wanted) {
      found = value;
      return true;
    }
    return false;
  });
  return found;
}

/** Returns what each of the fields that have a length and a number holds, in order. */
export function findAllEncoded(message: Encoded, wanted: number): Encoded[] {
  const found: Encoded[] = [];
  visitEncoded(message, (number, value) => {
    if (number === wanted) {
      found.push(value);
    }
  });
  return found;
}

export function findText(message: Encoded, wanted: number): string {
  return textOf(findEncoded(message, wanted));
}

export function writeEncoded(writer: BinaryWriter, number: number, value: Encoded): void {
  writeBytes(writer, number, bytesOf(value));
}

export function writeBytes(writer: BinaryWriter, number: number, value: Uint8Array): void {
  writer.tag(number, WireType.LengthDelimited).bytes(value);
}
