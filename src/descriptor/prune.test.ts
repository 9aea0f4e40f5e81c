import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import { type Kept, prune } from "./prune.ts";
import { bytesOf, type Encoded, textOf } from "./wire.ts";

const text = (number: number, value: string) => new BinaryWriter().tag(number, WireType.LengthDelimited).string(value);
const varint = (number: number, value: bigint) => new BinaryWriter().tag(number, WireType.Varint).uint64(value);

function encode(...fields: readonly BinaryWriter[]): Encoded {
  const writer = fields.reduce((all, field) => all.raw(field.finish()), new BinaryWriter());
  const buffer = writer.finish();
  return { buffer, start: 0, end: buffer.length };
}

/** Without the type of the bytes, which are a Buffer. */
function pruned(message: Encoded, kept: Kept): Uint8Array {
  return Uint8Array.from(prune(message, kept));
}

test("only the given fields are kept, in their order", () => {
  const message = encode(text(2, "b"), text(1, "a"), text(3, "c"), text(2, "again"));
  const kept: Kept = new Map([
    [1, bytesOf],
    [2, bytesOf],
  ]);
  expect(pruned(message, kept)).toEqual(bytesOf(encode(text(2, "b"), text(1, "a"), text(2, "again"))));
});

test("a varint of any size is kept unchanged", () => {
  const message = encode(varint(1, 2n ** 64n - 1n), varint(2, 1n));
  expect(pruned(message, new Map([[1, bytesOf]]))).toEqual(bytesOf(encode(varint(1, 2n ** 64n - 1n))));
});

test("a value can be replaced or removed", () => {
  const message = encode(text(1, "a"), text(1, "b"));
  const keep: Kept = new Map([[1, (value) => (textOf(value) === "a" ? new TextEncoder().encode("A") : undefined)]]);
  expect(pruned(message, keep)).toEqual(bytesOf(encode(text(1, "A"))));
});

test("fields of a fixed size and groups with their content are skipped", () => {
  const group = new BinaryWriter().tag(4, WireType.StartGroup).raw(text(1, "odd").finish());
  group.tag(5, WireType.StartGroup).tag(5, WireType.EndGroup).tag(4, WireType.EndGroup);
  const fixed = new BinaryWriter().tag(1, WireType.Bit32).fixed32(7).tag(1, WireType.Bit64).fixed64(7);
  const message = encode(group, fixed, text(1, "a"));
  expect(pruned(message, new Map([[1, bytesOf]]))).toEqual(bytesOf(encode(text(1, "a"))));
});

test.each([
  ["a truncated value", [0x0a, 5, 0x61], "field 1 is truncated"],
  ["a truncated varint", [0x08, 0xff], "a varint is truncated"],
  ["a group that does not end", [0x0b], "a varint is truncated"],
  ["the end of a group that did not start", [0x0c], "field 1 has an unexpected wire type"],
])("%s is an error", (_, bytes, message) => {
  const buffer = Uint8Array.from(bytes);
  expect(() => prune({ buffer, start: 0, end: buffer.length }, new Map())).toThrow(message);
});
