import type { Message } from "@bufbuild/protobuf";
import type { DataTag } from "@tanstack/query-core";
import type { Operation } from "../client/operation.ts";
import { progressOf } from "../client/progress.ts";

export {
  type OperationMutationCallbacks,
  type OperationMutationOptions,
  operationMutationOptions,
} from "./mutation.ts";

/**
 * The data of a query for an operation: its state, and the response if it is done. `progress` is the percentage of the
 * work that is done: 100 if the operation is done, otherwise the result of `progressOf` for the metadata.
 */
export type OperationQueryData<R extends Message = Message, M extends Message = Message> =
  | {
      readonly name: string;
      readonly done: false;
      readonly metadata: M | undefined;
      readonly progress: number | undefined;
      readonly response?: undefined;
    }
  | {
      readonly name: string;
      readonly done: true;
      readonly metadata: M | undefined;
      readonly progress: 100;
      readonly response: R;
    };

/** The key of a query. It carries the type of the query's data for `getQueryData` and similar functions. */
export type OperationQueryKey<R extends Message = Message, M extends Message = Message> = DataTag<
  readonly ["operation", token: string],
  OperationQueryData<R, M>
>;

/** Options for `useQuery` and similar functions of TanStack Query 5 or later. */
export interface OperationQueryOptions<R extends Message = Message, M extends Message = Message> {
  readonly queryKey: OperationQueryKey<R, M>;
  readonly queryFn: (context: OperationQueryContext) => Promise<OperationQueryData<R, M>>;
  readonly staleTime: (query: { state: { data: OperationQueryData<R, M> | undefined } }) => number;
  readonly enabled: boolean;
  readonly retry: false;
  readonly structuralSharing: false;
}

/** The part of TanStack Query's `QueryFunctionContext` that the query function uses. */
export interface OperationQueryContext {
  readonly signal: AbortSignal;
  readonly queryKey: readonly unknown[];
  readonly client: { setQueryData(queryKey: readonly unknown[], data: unknown): unknown };
}

/**
 * Returns the options of a query that waits for an operation. Its data updates with each new state; its errors are
 * those of `Operation.wait`. Polling stops when the last component that uses the query unmounts. All queries of one
 * operation share their data, because their key contains the operation's token.
 *
 * @param operation If `undefined`, the query is disabled: it stays pending and sends no request.
 * @throws OperationNameError if the operation has no name, because it was already done when it was started.
 */
export function operationQueryOptions<R extends Message, M extends Message>(
  operation: Operation<R, M> | undefined,
): OperationQueryOptions<R, M> {
  return {
    // The data tag exists only as a type.
    queryKey: ["operation", operation?.toToken() ?? ""] as const as OperationQueryKey<R, M>,
    async queryFn({ client, queryKey, signal }) {
      // TanStack Query calls the function of a disabled query if the caller calls `refetch`.
      if (operation === undefined) {
        throw new Error(
          "cannot fetch the query without its operation: pass the operation to operationQueryOptions first",
        );
      }
      const { name } = operation;
      for await (const { done, metadata } of operation.updates({ signal })) {
        if (!done) {
          const data: OperationQueryData<R, M> = { name, done, metadata, progress: progressOf(metadata) };
          client.setQueryData(queryKey, data);
        }
      }
      const response = await operation.wait();
      return { name, done: true, response, metadata: operation.metadata, progress: 100 };
    },
    enabled: operation !== undefined,
    // The data of a done operation is final.
    staleTime: ({ state }) => (state.data?.done ? Number.POSITIVE_INFINITY : 0),
    // The operation retries failed polls according to its polling options.
    retry: false,
    // Structural sharing would copy messages as if they were plain objects.
    structuralSharing: false,
  };
}
