import { create } from "@bufbuild/protobuf";
import { AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { BookSchema } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { packAny, unpackAny } from "./any.ts";

const emma = anyPack(BookSchema, create(BookSchema, { title: "Emma" }));

describe("a message whose declared type is google.protobuf.Any", () => {
  test("is not packed a second time", () => {
    expect(packAny(AnySchema, emma)).toEqual(emma);
  });

  test("stays packed when it is unpacked", () => {
    expect(unpackAny(emma, AnySchema)).toEqual({ message: emma });
  });

  test("is unpacked from an Any inside an Any", () => {
    expect(unpackAny(anyPack(AnySchema, emma), AnySchema)).toEqual({ message: emma });
  });

  test("is rejected if the Any is empty", () => {
    expect(unpackAny(create(AnySchema), AnySchema)).toEqual({ problem: "empty", found: "" });
  });
});

test("an Any that is not set is missing, and has no type", () => {
  expect(unpackAny(undefined, BookSchema)).toEqual({ problem: "missing", found: "" });
});
