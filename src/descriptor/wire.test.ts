import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import { bytesOf, empty, findAllEncoded, findEncoded, findText, textOf, visitEncoded, visitFields } from "./wire.ts";

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
