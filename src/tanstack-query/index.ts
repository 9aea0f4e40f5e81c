import type { Message } from "@bufbuild/protobuf";
import type { Operation } from "../client/operation.ts";

/** What a query of an operation knows: the state, and the response once there is one. */
export interface OperationQueryData<R extends Message, M extends Message> {
  readonly name: string;
  readonly done: boolean;
  readonly metadata: M | undefined;
  readonly response: R | undefined;
}

/** Options for `useQuery` and its like, of any TanStack Query from version 5 on. */
export interface OperationQueryOptions<R extends Message, M extends Message> {
  readonly queryKey: readonly ["operation", token: string];
  readonly queryFn: (context: QueryContext) => Promise<OperationQueryData<R, M>>;
  readonly staleTime: (query: { state: { data: OperationQueryData<R, M> | undefined } }) => number;
  readonly retry: false;
  readonly structuralSharing: false;
}

/** What TanStack Query hands to a query function, as far as it is needed. */
export interface QueryContext {
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
    queryKey: ["operation", operation.toToken()],
    async queryFn({ client, queryKey, signal }) {
      for await (const { done, metadata } of operation.updates({ signal })) {
        if (!done) {
          client.setQueryData(queryKey, { name, done, metadata, response: undefined });
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
