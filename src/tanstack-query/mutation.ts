import type { Message } from "@bufbuild/protobuf";
import type { Operation, OutcomeOptions } from "../client/operation.ts";

/** Options for `useMutation` and similar functions of TanStack Query 5 or later. */
export interface OperationMutationOptions<V, R extends Message> {
  readonly mutationFn: (request: V) => Promise<R>;
  readonly retry: false;
}

/** Callbacks of a mutation that starts an operation. */
export interface OperationMutationCallbacks<R extends Message, M extends Message>
  extends Pick<OutcomeOptions<M>, "onProgress"> {
  /** Called when the server has started the operation, for example to query, cancel, or store it. */
  readonly onStart?: ((operation: Operation<R, M>) => void) | undefined;
}

/**
 * Returns the options of a mutation that starts an operation and waits for it, for example
 * `useMutation(operationMutationOptions(library.createBook))`. Its variables are the request, and its data is the
 * response. It is pending until the operation is done; its errors are those of the start and of `Operation.wait`. To show
 * progress, pass the operation from `onStart` to `operationQueryOptions`, or use `onProgress`.
 */
export function operationMutationOptions<V, R extends Message, M extends Message>(
  start: (request: V) => Promise<Operation<R, M>>,
  { onStart, onProgress }: OperationMutationCallbacks<R, M> = {},
): OperationMutationOptions<V, R> {
  return {
    async mutationFn(request) {
      const operation = await start(request);
      onStart?.(operation);
      return operation.wait({ onProgress });
    },
    // A second attempt would start a second operation. The client retries calls that are safe to retry.
    retry: false,
  };
}
