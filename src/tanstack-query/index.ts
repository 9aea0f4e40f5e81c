import type { Message } from "@bufbuild/protobuf";
import type { DataTag } from "@tanstack/query-core";
import type { Operation } from "../client/operation.ts";

/** What a query of an operation knows: the state, and the response once it is done. */
export type OperationQueryData<R extends Message = Message, M extends Message = Message> =
  | {
      readonly name: string;
      readonly done: false;
      readonly metadata: M | undefined;
      readonly response?: undefined;
    }
  | { readonly name: string; readonly done: true; readonly metadata: M | undefined; readonly response: R };

/** The key of a query, by which `getQueryData` and the like know the type of its data. */
export type OperationQueryKey<R extends Message = Message, M extends Message = Message> = DataTag<
  readonly ["operation", token: string],
  OperationQueryData<R, M>
>;

/** Options for `useQuery` and its like, of any TanStack Query from version 5 on. */
export interface OperationQueryOptions<R extends Message = Message, M extends Message = Message> {
  readonly queryKey: OperationQueryKey<R, M>;
  readonly queryFn: (context: OperationQueryContext) => Promise<OperationQueryData<R, M>>;
  readonly staleTime: (query: { state: { data: OperationQueryData<R, M> | undefined } }) => number;
  readonly retry: false;
  readonly structuralSharing: false;
}

/** What TanStack Query hands to a query function, as far as it is needed. */
export interface OperationQueryContext {
  readonly signal: AbortSignal;
  readonly queryKey: readonly unknown[];
  readonly client: { setQueryData(queryKey: readonly unknown[], data: unknown): unknown };
}

/**
 * A query that follows an operation: its data change with each state, and it fails as `Operation.wait` does. Polling
 * stops when the last component that shows it is gone. All queries of one operation share their data, by its token.
 *
 * @throws OperationNameError if the operation has no name.
 */
export function operationQueryOptions<R extends Message, M extends Message>(
  operation: Operation<R, M>,
): OperationQueryOptions<R, M> {
  const { name } = operation;
  return {
    // The tag is a type only.
    queryKey: ["operation", operation.toToken()] as const as OperationQueryKey<R, M>,
    async queryFn({ client, queryKey, signal }) {
      for await (const { done, metadata } of operation.updates({ signal })) {
        if (!done) {
          const data: OperationQueryData<R, M> = { name, done, metadata };
          client.setQueryData(queryKey, data);
        }
      }
      return { name, done: true, response: await operation.wait(), metadata: operation.metadata };
    },
    // What is done does not change any more.
    staleTime: ({ state }) => (state.data?.done ? Number.POSITIVE_INFINITY : 0),
    // Polls are retried by a policy of their own.
    retry: false,
    // Messages are not plain data, which structural sharing takes them for.
    structuralSharing: false,
  };
}
