// A class that gets the client methods that it needs by constructor injection.
import type { Operation, OperationOutcome } from "protoc-gen-ts-lro/client";
import { WaitTimeoutError } from "protoc-gen-ts-lro/client";
import type { LibraryServiceClient } from "../../../testdata/gen/acme/library/v1/library_lro.ts";
import type { Book, OperationMetadata } from "../../../testdata/gen/acme/library/v1/library_pb.ts";

export class BookPrinter {
  readonly #library: Pick<LibraryServiceClient, "createBook" | "getBook">;

  constructor(library: Pick<LibraryServiceClient, "createBook" | "getBook">) {
    this.#library = library;
  }

  async print(title: string): Promise<Operation<Book, OperationMetadata>> {
    return await this.#library.createBook({ parent: "publishers/1", book: { title } });
  }

  async follow(token: string, show: (percent: number) => void): Promise<OperationOutcome<Book, OperationMetadata>> {
    const operation = this.#library.createBook.resume(token);
    for await (const snapshot of operation.updates()) {
      show(snapshot.metadata?.progressPercent ?? 0);
      if (snapshot.done) {
        return snapshot.outcome;
      }
    }
    return await operation.outcome();
  }

  async read(name: string, operation: Operation<Book>): Promise<Book> {
    try {
      return await operation.wait({ timeoutMs: 60_000, cancelOn: "timeout" });
    } catch (error) {
      if (error instanceof WaitTimeoutError) {
        return await this.#library.getBook({ name });
      }
      throw error;
    }
  }
}
