// Handwritten mocks of a client and an operation, without casts.
import { create } from "@bufbuild/protobuf";
import type {
  InitOf,
  LroCall,
  Operation,
  OperationOutcome,
  OperationSnapshot,
  RawOperation,
} from "protoc-gen-ts-lro/client";
import { OperationSchema } from "protoc-gen-ts-lro/longrunning";
import type { LibraryServiceClient } from "../../../testdata/gen/acme/library/v1/library_lro.ts";
import {
  type Book,
  BookSchema,
  type CreateBookRequest,
  type OperationMetadata,
} from "../../../testdata/gen/acme/library/v1/library_pb.ts";
import { BookPrinter } from "./injected-client.ts";

/** An operation that is done. */
class DoneOperation implements Operation<Book, OperationMetadata> {
  readonly name = "operations/1";
  readonly done = true;
  readonly metadata = undefined;
  readonly raw: RawOperation = create(OperationSchema, { name: "operations/1", done: true });
  readonly #response: Book;

  constructor(title: string) {
    this.#response = create(BookSchema, { title });
  }

  async poll(): Promise<OperationSnapshot<Book, OperationMetadata>> {
    return { done: true, metadata: undefined, raw: this.raw, outcome: await this.outcome() };
  }

  async wait(): Promise<Book> {
    return this.#response;
  }

  async outcome(): Promise<OperationOutcome<Book, OperationMetadata>> {
    return { status: "succeeded", response: this.#response, metadata: undefined };
  }

  async *updates(): AsyncGenerator<OperationSnapshot<Book, OperationMetadata>> {
    yield await this.poll();
  }

  async cancel(): Promise<void> {}

  async delete(): Promise<void> {}

  toToken(): string {
    return this.name;
  }
}

const createBook: LroCall<CreateBookRequest, Book, OperationMetadata> = Object.assign(
  async ({ book }: InitOf<CreateBookRequest>) => new DoneOperation(book?.title ?? ""),
  { resume: (name: string) => new DoneOperation(name) },
);

export const library: Pick<LibraryServiceClient, "createBook" | "getBook"> = {
  createBook,
  getBook: async ({ name = "" }) => create(BookSchema, { name }),
};

export const printer: BookPrinter = new BookPrinter(library);
