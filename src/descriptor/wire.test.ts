import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, test } from "vitest";
import {
  bytesOf,
  empty,
  findAllEncoded,
  findEncoded,
  findText,
  findTextInPrefix,
  textOf,
  visitEncoded,
  visitFields,
} from "./wire.ts";

/** A message with a varint and three strings, between two bytes that are not part of it. */
const buffer = new BinaryWriter()
  .raw(Uint8Array.of(0xff))
  .tag(1, WireType.Varint)
  .uint32(128)
  .tag(2, WireType.LengthDelimited)
  .string("größer")
  .tag(1, WireType.LengthDelimited)
  .string("one")
  .tag(1, WireType.LengthDelimited)
  .string("two")
  .raw(Uint8Array.of(0xff))
  .finish();
const message = { buffer, start: 1, end: buffer.length - 1 };

test("fields are visited in order, with their values", () => {
  const visited: unknown[] = [];
  visitFields(message, (number, value, wireType) => visited.push([number, [...bytesOf(value)], wireType]));
  expect(visited).toEqual([
    [1, [0x80, 0x01], WireType.Varint],
    [2, [...new TextEncoder().encode("größer")], WireType.LengthDelimited],
    [1, [...new TextEncoder().encode("one")], WireType.LengthDelimited],
    [1, [...new TextEncoder().encode("two")], WireType.LengthDelimited],
  ]);
});

test("only length-delimited fields are visited if no others are requested", () => {
  const visited: unknown[] = [];
  visitEncoded(message, (number, value) => visited.push([number, textOf(value)]));
  expect(visited).toEqual([
    [2, "größer"],
    [1, "one"],
    [1, "two"],
  ]);
});

test("the first or all length-delimited fields with a number are found", () => {
  expect(findText(message, 1)).toBe("one");
  expect(findAllEncoded(message, 1).map(textOf)).toEqual(["one", "two"]);
  expect(textOf(findEncoded(message, 2))).toBe("größer");
  expect(findEncoded(message, 3)).toBe(empty);
  expect(bytesOf(empty)).toHaveLength(0);
  expect(findText(message, 3)).toBe("");
  expect(findAllEncoded(message, 3)).toEqual([]);
});

test("the number of a field has up to 29 bits", () => {
  const large = new BinaryWriter()
    .tag(2 ** 29 - 1, WireType.LengthDelimited)
    .string("last")
    .finish();
  expect(findText({ buffer: large, start: 0, end: large.length }, 2 ** 29 - 1)).toBe("last");
});

describe("the text of a field in the first bytes of a message", () => {
  const message = new BinaryWriter();
  message.tag(1, WireType.LengthDelimited).string("a.proto").tag(2, WireType.LengthDelimited).string("target=ts");
  message.tag(300, WireType.LengthDelimited).string("x".repeat(200));
  const bytes = message.finish();
  const end = 9 + 11;

  test("is found as soon as it is complete", () => {
    for (let length = 0; length <= bytes.length; length++) {
      const expected = length < end ? undefined : "target=ts";
      expect(findTextInPrefix(bytes.subarray(0, length), 2), String(length)).toBe(expected);
    }
    expect(findTextInPrefix(bytes, 300)).toBe("x".repeat(200));
  });

  test("is not found behind other fields or in other bytes", () => {
    const number = new BinaryWriter().tag(3, WireType.Varint).uint32(5).finish();
    expect(findTextInPrefix(Buffer.concat([number, bytes]), 2)).toBeUndefined();
    expect(findTextInPrefix(new Uint8Array(64).fill(0xff), 2)).toBeUndefined();
  });
});
