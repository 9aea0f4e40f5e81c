import { create, createRegistry, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, anyPack, EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, expectTypeOf, test } from "vitest";
import { LibraryServiceLro, unpackLibraryService_CreateBook } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import {
  type Book,
  BookSchema,
  type OperationMetadata,
  OperationMetadataSchema,
} from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { OperationSchema as ForeignOperationSchema } from "../../testdata/gen/google/longrunning/operations_pb.ts";
import { OperationSchema } from "../longrunning.ts";
import { metadataOf, type OperationSnapshot, snapshotOf, unpackOperation } from "./snapshot.ts";

const { createBook, deleteBook } = LibraryServiceLro.methods;
const emma = anyPack(BookSchema, create(BookSchema, { title: "Emma" }));
const progress = anyPack(OperationMetadataSchema, create(OperationMetadataSchema, { progressPercent: 3 }));

function done(value: Any, init: MessageInitShape<typeof OperationSchema> = {}) {
  return create(OperationSchema, { ...init, name: "operations/1", done: true, result: { case: "response", value } });
}

test("a snapshot has an outcome only if the operation is done", () => {
  const snapshot = unpackOperation(createBook, done(emma, { metadata: progress }));
  expectTypeOf(snapshot).toEqualTypeOf<OperationSnapshot<Book, OperationMetadata>>();
  expect(snapshot).toMatchObject({
    done: true,
    metadata: { progressPercent: 3 },
    outcome: { status: "succeeded", response: { title: "Emma" }, metadata: { progressPercent: 3 } },
  });
  if (!snapshot.done) {
    expectTypeOf(snapshot).not.toHaveProperty("outcome");
  } else if (snapshot.outcome.status === "succeeded") {
    expectTypeOf(snapshot.outcome.response).toEqualTypeOf<Book>();
  }
  const early = create(OperationSchema, { metadata: progress, result: { case: "response", value: emma } });
  expect(unpackOperation(createBook, early)).toEqual({
    done: false,
    metadata: create(OperationMetadataSchema, { progressPercent: 3 }),
    raw: early,
  });
});

test("the generated function returns the same", () => {
  expect(unpackLibraryService_CreateBook(done(emma))).toEqual(unpackOperation(createBook, done(emma)));
});

describe("the response of an operation", () => {
  const succeeded = { outcome: { status: "succeeded", response: { title: "Emma" } } };

  test("is unpacked regardless of the prefix of its type URL", () => {
    const type = "acme.library.v1.Book";
    for (const typeUrl of [type, `/${type}`, `type.googleapis.com/${type}`, `https://x/y/${type}`]) {
      expect(unpackOperation(createBook, done({ ...emma, typeUrl }))).toMatchObject(succeeded);
    }
  });

  test("is unpacked from the Operation type of any generated code", () => {
    const foreign = create(ForeignOperationSchema, { done: true, result: { case: "response", value: emma } });
    expect(unpackOperation(createBook, foreign)).toMatchObject(succeeded);
  });

  test("is unpacked with a registry", () => {
    const types = (registry = createRegistry()) => ({ response: registry, metadata: registry });
    expect(snapshotOf(done(emma), types(createRegistry(BookSchema)), { name: "" })).toMatchObject(succeeded);
    expect(() => snapshotOf(done(emma), types(), { name: "" })).toThrow("which is not in the registry");
  });

  test("throws OperationUnpackError if it cannot be unpacked", () => {
    const unpack = (any: Partial<Any>) => () => unpackOperation(createBook, done({ ...emma, ...any }));
    const subject = "the response of operation operations/1 of acme.library.v1.LibraryService.CreateBook";
    expect(unpack({ typeUrl: "" })).toThrow(`${subject} is empty`);
    expect(unpack({ typeUrl: "type.googleapis.com/acme.library.v1.Book/" })).toThrow("is empty");
    expect(unpack({ typeUrl: "x/acme.Page" })).toThrow("is of type acme.Page, not acme.library.v1.Book");
    expect(unpack({ value: new Uint8Array([0x12, 0xff]) })).toThrow("does not parse as acme.library.v1.Book");
    expect(() => unpackOperation(createBook, create(OperationSchema, { done: true }))).toThrow("is missing");
  });

  test("can be omitted if its type is Empty", () => {
    expect(unpackOperation(deleteBook, create(OperationSchema, { done: true }))).toMatchObject({
      outcome: { status: "succeeded", response: create(EmptySchema) },
    });
  });
});

test("a failure is an outcome and not an exception", () => {
  const failed = create(OperationSchema, { done: true, result: { case: "error", value: { code: 7, message: "no" } } });
  expect(unpackOperation(createBook, failed)).toMatchObject({
    outcome: { status: "failed", error: { code: Code.PermissionDenied } },
  });
  const cancelled = create(OperationSchema, { done: true, result: { case: "error", value: { code: 1 } } });
  expect(unpackOperation(createBook, cancelled)).toMatchObject({ outcome: { status: "cancelled" } });
});

test("metadata that cannot be unpacked does not hide the outcome", () => {
  expect(unpackOperation(createBook, done(emma, { metadata: emma }))).toMatchObject({
    metadata: undefined,
    outcome: { status: "succeeded" },
  });
});

test("a response of another type is an error, even if the method returns google.protobuf.Empty", () => {
  expect(() => unpackOperation(deleteBook, done(emma))).toThrow(
    "is of type acme.library.v1.Book, not google.protobuf.Empty",
  );
  const types = { response: createRegistry(EmptySchema), metadata: createRegistry() };
  const nothing = create(OperationSchema, { name: "operations/1", done: true });
  expect(() => snapshotOf(nothing, types, { name: "operations/1" })).toThrow(
    "the response of operation operations/1 is missing",
  );
  expect(() => snapshotOf(done(emma), types, { name: "operations/1" })).toThrow("which is not in the registry");
});

test("an operation that was not read yet has no metadata", () => {
  expect(metadataOf(undefined, createBook)).toBeUndefined();
});
