import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type LibraryServiceHandlers, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import {
  type Book,
  BookSchema,
  CreateBookRequestSchema,
  DeleteBookRequestSchema,
  type OperationMetadata,
  OperationMetadataSchema,
} from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { OperationInterruption } from "../server/index.ts";
import { createTestOperation } from "./index.ts";

const { createBook, deleteBook } = LibraryServiceLro.methods;
const request = create(CreateBookRequestSchema, { parent: "publishers/1", book: { title: "Emma" } });

/** Handlers with a dependency. */
function createHandlers(print: (page: number) => Promise<void>) {
  return {
    async createBook({ parent, book }, operation) {
      const from = operation.metadata?.progressPercent ?? 0;
      for (let progressPercent = from; progressPercent < 100; progressPercent += 50) {
        operation.signal.throwIfAborted();
        await print(progressPercent);
        await operation.update((current) => ({ ...current, progressPercent: progressPercent + 50 }));
      }
      return await operation.commit(async (tx) => {
        await tx.query("INSERT INTO books VALUES ($1)", [book?.title]);
        return { name: `${parent}/books/1`, title: book?.title ?? "" };
      });
    },
    deleteBook(_request, { principal }) {
      if (principal !== "users/admin") {
        throw new ConnectError("only an admin may", Code.PermissionDenied);
      }
    },
  } satisfies Partial<LibraryServiceHandlers>;
}

describe("a handler under test", () => {
  test("runs, and the test operation records its calls", async () => {
    const pages: number[] = [];
    const handlers = createHandlers(async (page) => void pages.push(page));
    const operation = createTestOperation(createBook);
    const book = create(BookSchema, { name: "publishers/1/books/1", title: "Emma" });
    expect(await handlers.createBook(request, operation)).toEqual(book);
    expect(pages).toEqual([0, 50]);
    expect(operation.updates.map(({ progressPercent }) => progressPercent)).toEqual([50, 100]);
    expect(operation.metadata).toEqual(create(OperationMetadataSchema, { progressPercent: 100 }));
    expect(operation.committed).toEqual(book);
    expect(operation.queries).toEqual([{ text: "INSERT INTO books VALUES ($1)", values: ["Emma"] }]);
    expectTypeOf(operation.updates).toEqualTypeOf<readonly OperationMetadata[]>();
    expectTypeOf(operation.committed).toEqualTypeOf<Book | undefined>();
  });

  test("continues from the metadata of the previous attempt", async () => {
    const pages: number[] = [];
    const handlers = createHandlers(async (page) => void pages.push(page));
    const operation = createTestOperation(createBook, { attempt: 2, metadata: { progressPercent: 50 } });
    await handlers.createBook(request, operation);
    expect(pages).toEqual([50]);
    expect(operation).toMatchObject({ name: "operations/1", attempt: 2, principal: "" });
  });

  test("gets the principal that started the operation", async () => {
    const { deleteBook: run } = createHandlers(async () => {});
    const options = { name: "publishers/1/operations/7", principal: "users/admin" };
    const operation = createTestOperation(deleteBook, options);
    expect(operation).toMatchObject(options);
    const remove = create(DeleteBookRequestSchema);
    expect(run(remove, operation)).toBeUndefined();
    expect(() => run(remove, createTestOperation(deleteBook))).toThrow("only an admin may");
  });

  test.each(["cancelled", "preempted", "lease-lost", "draining"] as const)(
    "stops when the operation is interrupted: %s",
    async (reason) => {
      const operation = createTestOperation(createBook);
      const handlers = createHandlers(async () => operation.interrupt(reason));
      const error = await Promise.resolve(handlers.createBook(request, operation)).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(OperationInterruption);
      expect(error).toMatchObject({ reason });
      expect(operation.committed).toBeUndefined();
      // As on a server, the operation accepts writes only if its lease is still held.
      expect(operation.updates).toHaveLength(reason === "preempted" || reason === "lease-lost" ? 0 : 1);
    },
  );
});

describe("a test operation", () => {
  test("can be destructured like a running operation", async () => {
    const operation = createTestOperation(createBook);
    const { update, commit } = operation;
    await update({ progressPercent: 1 });
    await commit(() => ({ title: "Emma" }));
    expect(operation.metadata?.progressPercent).toBe(1);
    expect(operation.committed?.title).toBe("Emma");
  });

  test("records nothing of a commit that fails", async () => {
    const operation = createTestOperation(createBook);
    const committing = operation.commit(async (tx) => {
      await tx.query("INSERT INTO books VALUES (1)");
      throw new Error("out of paper");
    });
    await expect(committing).rejects.toThrow("out of paper");
    expect(operation).toMatchObject({ committed: undefined, queries: [] });
  });

  test("runs statements with the query function and the client of the options", async () => {
    const client = {};
    const query = async (_: string, values: readonly unknown[] = []) => ({ rows: [{ title: values[0] }] });
    const operation = createTestOperation(createBook, { query, client });
    const book = await operation.commit(async (tx) => {
      expect(tx.client).toBe(client);
      const { rows } = await tx.query("SELECT $1 AS title", ["Emma"]);
      return { title: String(rows[0]?.title) };
    });
    expect(book.title).toBe("Emma");
  });

  test("rejects writes after a commit, like a server", async () => {
    const operation = createTestOperation(createBook);
    await operation.commit(() => ({}));
    await expect(operation.update({})).rejects.toThrow("operations/1 is already done");
    await expect(operation.commit(() => ({}))).rejects.toThrow("is already done");
  });

  test("rejects messages of other types, like a server", async () => {
    const operation = createTestOperation(createBook);
    const update = operation.update(create(BookSchema) as never);
    await expect(update).rejects.toThrow("expected a acme.library.v1.OperationMetadata, got a acme.library.v1.Book");
    await expect(operation.commit(() => undefined as never)).rejects.toThrow("expected a acme.library.v1.Book");
  });

  test("accepts a commit without a response if the method returns Empty", async () => {
    const operation = createTestOperation(deleteBook);
    await operation.commit(() => {});
    expect(operation.committed?.$typeName).toBe("google.protobuf.Empty");
  });
});
