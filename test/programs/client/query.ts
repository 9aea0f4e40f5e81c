// A query of an operation. Its key determines the type of its data.
import { MutationObserver, type QueryClient, QueryObserver } from "@tanstack/query-core";
import type { LroCall, Operation } from "protoc-gen-ts-lro/client";
import { operationMutationOptions, operationQueryOptions } from "protoc-gen-ts-lro/tanstack-query";
import type { Book, CreateBookRequest, OperationMetadata } from "../../../testdata/gen/acme/library/v1/library_pb.ts";

export async function show(client: QueryClient, operation: Operation<Book, OperationMetadata>): Promise<string> {
  const options = operationQueryOptions(operation);
  const known = client.getQueryData(options.queryKey);
  if (known?.done) {
    return known.response.title;
  }
  const percent: number | undefined = known?.metadata?.progressPercent;
  const none: undefined = known?.response;
  client.setQueryData(options.queryKey, (data) => data && { ...data });
  const fetched = await client.fetchQuery(options);
  const { data } = new QueryObserver(client, options).getCurrentResult();
  const title: string | undefined = data?.done ? data.response.title : data?.response;
  return `${percent} ${none} ${fetched.done && fetched.response.title} ${title}`;
}

export async function start(
  client: QueryClient,
  createBook: LroCall<CreateBookRequest, Book, OperationMetadata>,
  later: Operation<Book, OperationMetadata> | undefined,
): Promise<string> {
  const mutation = new MutationObserver(client, operationMutationOptions(createBook, { onStart: ({ name }) => name }));
  const book: Book = await mutation.mutate({ book: { title: "Emma" } });
  const { data } = new QueryObserver(client, operationQueryOptions(later)).getCurrentResult();
  const progress: number | undefined = data?.progress;
  // @ts-expect-error The field is misspelled.
  await mutation.mutate({ book: { titel: "Emma" } });
  return `${book.title} ${progress}`;
}
