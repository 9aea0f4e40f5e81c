import { getTextEncoding, WireType } from "@bufbuild/protobuf/wire";

/**
 * The encoded value of a field: a message, a string, packed numbers, or a varint. Unlike a `Uint8Array` view, it is cheap
 * to create, which keeps scanning a large message for a few values fast.
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

/** Reads the fields of a message in order. Skips fixed-size fields and groups. */
class FieldCursor {
  readonly #buffer: Uint8Array;
  readonly #end: number;
  #position: number;
  number = 0;
  wireType: WireType = WireType.LengthDelimited;
  /** The start and end offsets of the value. */
  start = 0;
  end = 0;

  constructor({ buffer, start, end }: Encoded) {
    this.#buffer = buffer;
    this.#position = start;
    this.#end = end;
  }

  /**
   * Advances to the next field. Returns false at the end of the message.
   *
   * @throws Error if the bytes are not an encoded message.
   */
  next(): boolean {
    while (this.#position < this.#end) {
      this.#readTag();
      switch (this.wireType) {
        case WireType.LengthDelimited:
        case WireType.Varint:
          this.#readValue();
          return true;
        case WireType.StartGroup:
          this.#skipGroup();
          break;
        default:
          this.#readValue();
      }
    }
    return false;
  }

  #readTag(): void {
    const tag = this.#readVarint();
    this.wireType = tag % 8;
    this.number = (tag - this.wireType) / 8;
  }

  #readValue(): void {
    const length = this.wireType === WireType.LengthDelimited ? this.#readVarint() : 0;
    this.start = this.#position;
    switch (this.wireType) {
      case WireType.LengthDelimited:
        this.#position += length;
        break;
      case WireType.Varint:
        this.#readVarint();
        break;
      case WireType.Bit32:
        this.#position += 4;
        break;
      case WireType.Bit64:
        this.#position += 8;
        break;
      default:
        throw new Error(`field ${this.number} has an unexpected wire type`);
    }
    this.end = this.#position;
    if (this.end > this.#end) {
      throw new Error(`field ${this.number} is truncated`);
    }
  }

  #skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      this.#readTag();
      if (this.wireType === WireType.StartGroup) {
        depth++;
      } else if (this.wireType === WireType.EndGroup) {
        depth--;
      } else {
        this.#readValue();
      }
    }
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
    throw new Error("a varint is truncated");
  }
}

/**
 * Visits the varint and length-delimited fields of a message in order.
 *
 * @throws Error if the bytes are not an encoded message.
 */
export function visitFields(
  message: Encoded,
  visit: (number: number, value: Encoded, wireType: WireType) => void,
): void {
  const { buffer } = message;
  const cursor = new FieldCursor(message);
  while (cursor.next()) {
    const { number, start, end, wireType } = cursor;
    visit(number, { buffer, start, end }, wireType);
  }
}

/** Visits the length-delimited fields of a message in order. */
export function visitEncoded(message: Encoded, visit: (number: number, value: Encoded) => void): void {
  const { buffer } = message;
  const cursor = new FieldCursor(message);
  while (cursor.next()) {
    if (cursor.wireType === WireType.LengthDelimited) {
      const { number, start, end } = cursor;
      visit(number, { buffer, start, end });
    }
  }
}

/** Returns the first value of a length-delimited field, or an empty value if the field is not set. */
export function findEncoded(message: Encoded, wanted: number): Encoded {
  const { buffer } = message;
  const cursor = new FieldCursor(message);
  while (cursor.next()) {
    if (cursor.number === wanted && cursor.wireType === WireType.LengthDelimited) {
      const { start, end } = cursor;
      return { buffer, start, end };
    }
  }
  return empty;
}

/** Returns all values of a length-delimited field, in order. */
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

/**
 * Returns the first value of a string field in a message of which only the first bytes are known. `undefined` if they do
 * not contain all of the value, or contain other fields than strings and messages before it.
 */
export function findTextInPrefix(prefix: Uint8Array, wanted: number): string | undefined {
  let start = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = prefix[start++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return value;
      }
    }
  };
  while (start < prefix.length) {
    const tag = readVarint();
    const end = readVarint() + start;
    if (tag % 8 !== WireType.LengthDelimited || end > prefix.length) {
      return undefined;
    }
    if ((tag - WireType.LengthDelimited) / 8 === wanted) {
      return textOf({ buffer: prefix, start, end });
    }
    start = end;
  }
  return undefined;
}
