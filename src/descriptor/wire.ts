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

/** Reads the fields of a message one after the other. Those of a fixed size are passed over. */
class FieldCursor {
  readonly #buffer: Uint8Array;
  readonly #end: number;
  #position: number;
  number = 0;
  /** The value of a varint. */
  varint = 0;
  /** Where what has a length starts, and where it ends. */
  start = 0;
  end = 0;
  hasLength = false;

  constructor({ buffer, start, end }: Encoded) {
    this.#buffer = buffer;
    this.#position = start;
    this.#end = end;
  }

  /**
   * Goes to the next field. Returns false if there is none.
   *
   * @throws Error if this is not an encoded message.
   */
  next(): boolean {
    while (this.#position < this.#end) {
      const tag = this.#readVarint();
      const wireType = tag % 8;
      this.number = (tag - wireType) / 8;
      this.hasLength = wireType === WireType.LengthDelimited;
      switch (wireType) {
        case WireType.LengthDelimited: {
          const length = this.#readVarint();
          this.start = this.#position;
          this.end = this.#skip(length);
          return true;
        }
        case WireType.Varint:
          this.varint = this.#readVarint();
          return true;
        case WireType.Bit32:
          this.#skip(4);
          break;
        case WireType.Bit64:
          this.#skip(8);
          break;
        default:
          throw new Error(`field ${this.number} has an unexpected wire type`);
      }
    }
    return false;
  }

  #skip(length: number): number {
    this.#position += length;
    if (this.#position > this.#end) {
      throw new Error(`field ${this.number} is cut off`);
    }
    return this.#position;
  }

  #readVarint(): number {
    let value = 0;
    for (let scale = 1; this.#position < this.#end; scale *= 0x80) {
      const byte = this.#buffer[this.#position++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return value;
      }
    }
    throw new Error("a varint has no end");
  }
}

/**
 * Visits the fields of a message in order, those of a fixed size left out.
 *
 * @throws Error if it is not an encoded message.
 */
export function visitFields(message: Encoded, visit: (number: number, value: Encoded | number) => void): void {
  const { buffer } = message;
  const cursor = new FieldCursor(message);
  while (cursor.next()) {
    const { number, start, end } = cursor;
    visit(number, cursor.hasLength ? { buffer, start, end } : cursor.varint);
  }
}

/** Visits the fields that have a length. */
export function visitEncoded(message: Encoded, visit: (number: number, value: Encoded) => void): void {
  const { buffer } = message;
  const cursor = new FieldCursor(message);
  while (cursor.next()) {
    if (cursor.hasLength) {
      const { number, start, end } = cursor;
      visit(number, { buffer, start, end });
    }
  }
}

/** Returns what a field with a length holds, empty where it is not set. */
export function findEncoded(message: Encoded, wanted: number): Encoded {
  const { buffer } = message;
  const cursor = new FieldCursor(message);
  while (cursor.next()) {
    if (cursor.number === wanted && cursor.hasLength) {
      const { start, end } = cursor;
      return { buffer, start, end };
    }
  }
  return empty;
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
