// Waits for many operations. The responses have the types of the operations.
import type { Empty } from "@bufbuild/protobuf/wkt";
import { type Operation, outcomesOf, progressOf, raceAll, waitAll } from "protoc-gen-ts-lro/client";
import type { Book, OperationMetadata } from "../../../testdata/gen/acme/library/v1/library_pb.ts";

type CreateBook = Operation<Book, OperationMetadata>;
type DeleteBook = Operation<Empty, OperationMetadata>;

export async function waitForMany(
  creates: readonly CreateBook[],
  del: DeleteBook,
  signal?: AbortSignal,
): Promise<void> {
  const books: Book[] = await waitAll(creates, { concurrency: 5, timeoutMs: 60_000, signal });
  const [book, nothing]: [Book, Empty] = await waitAll([creates[0] as CreateBook, del]);
  const { operation, outcome } = await raceAll(creates);
  const first: CreateBook = operation;
  if (outcome.status === "succeeded") {
    console.log(books.length, book.title, nothing, first.name, outcome.response.title);
  }
  for await (const done of outcomesOf([...creates, del])) {
    console.log(done.operation.name, done.outcome.status);
  }
  await first.wait({ onProgress: ({ progressPercent }) => console.log(progressPercent) });
  const percent: number | undefined = progressOf(first.metadata);
  console.log(percent);
  // @ts-expect-error The option is misspelled.
  await waitAll(creates, { concurency: 5 });
  // @ts-expect-error The responses are books.
  const wrong: Empty[] = await waitAll(creates);
  console.log(wrong);
}
