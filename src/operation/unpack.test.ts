import { create, createRegistry, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyPack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { BookSchema, OperationMetadataSchema } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { OperationSchema as ForeignOperationSchema } from "../../testdata/gen/google/longrunning/operations_pb.ts";
import { OperationSchema } from "../longrunning.ts";
import { unpackMetadata, unpackResponse } from "./unpack.ts";

const emma = anyPack(BookSchema, create(BookSchema, { title: "Emma" }));

function done(value: Any, init: MessageInitShape<typeof OperationSchema> = {}) {
  return create(OperationSchema, { ...init, name: "operations/1", done: true, result: { case: "response", value } });
}

describe("the response of an operation", () => {
  test("is the message that it holds, whatever the prefix of its type URL", () => {
    const type = "acme.library.v1.Book";
    for (const typeUrl of [type, `/${type}`, `type.googleapis.com/${type}`, `https://x/y/${type}`]) {
      expect(unpackResponse(done({ ...emma, typeUrl }), BookSchema)?.title).toBe("Emma");
    }
  });

  test("is undefined while the operation is not done, and where it failed", () => {
    expect(unpackResponse(create(OperationSchema, { name: "operations/1" }), BookSchema)).toBeUndefined();
    const early = create(OperationSchema, { result: { case: "response", value: emma } });
    expect(unpackResponse(early, BookSchema)).toBeUndefined();
    const failed = create(OperationSchema, { done: true, result: { case: "error", value: { code: 7 } } });
    expect(unpackResponse(failed, BookSchema)).toBeUndefined();
  });

  test("is found in an operation of any generated google.longrunning", () => {
    const foreign = create(ForeignOperationSchema, { done: true, result: { case: "response", value: emma } });
    expect(unpackResponse(foreign, BookSchema)?.title).toBe("Emma");
  });

  test("is found by a registry", () => {
    expect(unpackResponse(done(emma), createRegistry(BookSchema))).toMatchObject({ title: "Emma" });
    expect(() => unpackResponse(done(emma), createRegistry())).toThrow("which the registry does not have");
  });

  test("is an error where it is not what it should be", () => {
    const unpack = (any: Partial<Any>) => () => unpackResponse(done({ ...emma, ...any }), BookSchema);
    expect(unpack({ typeUrl: "" })).toThrow("the response of operation operations/1 is empty");
    expect(unpack({ typeUrl: "type.googleapis.com/acme.library.v1.Book/" })).toThrow("is empty");
    expect(unpack({ typeUrl: "x/acme.Page" })).toThrow("is of type acme.Page, not acme.library.v1.Book");
    expect(unpack({ value: new Uint8Array([0x12, 0xff]) })).toThrow("does not parse as acme.library.v1.Book");
    expect(() => unpackResponse(create(OperationSchema, { done: true }), BookSchema)).toThrow("is missing");
  });

  test("may be left out where it is Empty", () => {
    expect(unpackResponse(create(OperationSchema, { done: true }), EmptySchema)).toEqual(create(EmptySchema));
  });
});

describe("the metadata of an operation", () => {
  const metadata = anyPack(OperationMetadataSchema, create(OperationMetadataSchema, { progressPercent: 3 }));

  test("is the message that it holds, done or not", () => {
    expect(unpackMetadata(create(OperationSchema, { metadata }), OperationMetadataSchema)?.progressPercent).toBe(3);
    expect(unpackMetadata(done(emma, { metadata }), OperationMetadataSchema)?.progressPercent).toBe(3);
  });

  test("is undefined where there is none", () => {
    expect(unpackMetadata(create(OperationSchema), OperationMetadataSchema)).toBeUndefined();
  });

  test("is an error where it is of another type", () => {
    const unpack = () => unpackMetadata(create(OperationSchema, { metadata: emma }), OperationMetadataSchema);
    expect(unpack).toThrow("is of type acme.library.v1.Book, not acme.library.v1.OperationMetadata");
  });
});
