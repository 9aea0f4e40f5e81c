import { create } from "@bufbuild/protobuf";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { BookSchema } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { packAny, unpackAny } from "./any.ts";

const emma = anyPack(BookSchema, create(BookSchema, { title: "Emma" }));

describe("a type that is declared as google.protobuf.Any", () => {
  test("is packed once, as the message that it holds", () => {
    expect(packAny(AnySchema, emma)).toEqual(emma);
  });

  test("is unpacked as the Any that came", () => {
    expect(unpackAny(emma, AnySchema)).toEqual({ message: emma });
  });

  test("is unpacked from an Any within an Any, too", () => {
    expect(unpackAny(anyPack(AnySchema, emma), AnySchema)).toEqual({ message: emma });
  });

  test("says nothing about an Any that is empty", () => {
    expect(unpackAny(create(AnySchema), AnySchema)).toEqual({ problem: "empty", found: "" });
  });
});
