// A query of an operation. Its key determines the type of its data.
import { type QueryClient, QueryObserver } from "@tanstack/query-core";
import type { Operation } from "protoc-gen-ts-lro/client";
import { operationQueryOptions } from "protoc-gen-ts-lro/tanstack-query";
import type { Book, OperationMetadata } from "../../../testdata/gen/acme/library/v1/library_pb.ts";

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
