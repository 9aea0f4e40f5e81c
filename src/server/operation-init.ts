import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { type Operation, OperationSchema } from "../gen/google/longrunning/operations_pb.ts";
import type { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { packAny } from "../operation/any.ts";
import type { LroMethod } from "../operation/lro-service.ts";
import { toStatus } from "./status.ts";

/**
 * An operation, given by typed messages: done when it has a response or an error, else still running.
 */
export type OperationInit<R extends DescMessage, M extends DescMessage> = {
  /** Unique within the service. It may be left out only where the operation is done: there is nothing left to ask for. */
  readonly name?: string;
  /** Progress and the like. */
  readonly metadata?: MessageInitShape<M>;
} & (
  | { readonly response?: never; readonly error?: never }
  | {
      /** What the operation has produced. */
      readonly response: MessageInitShape<R>;
      readonly error?: never;
    }
  | {
      /** Why the operation has failed. Connect's error details become those of the status. */
      readonly error: ConnectError | MessageInitShape<typeof StatusSchema>;
      readonly response?: never;
    }
);

/**
 * Packs an operation of a long-running method, such as `packOperation(LibraryServiceLro.methods.createBook, init)`.
 *
 * @throws Error if an operation that is not done has no name.
 */
export function packOperation<R extends DescMessage, M extends DescMessage>(
  method: LroMethod<R, M>,
  init: OperationInit<R, M>,
): Operation {
  const { name = "", metadata, response, error } = init;
  const operation = create(OperationSchema, { name });
  if (metadata !== undefined) {
    operation.metadata = packAny(method.metadata, metadata);
  }
  if (error !== undefined) {
    operation.result = { case: "error", value: toStatus(error) };
  } else if (response !== undefined) {
    operation.result = { case: "response", value: packAny(method.response, response) };
  } else if (name === "") {
    throw new Error("an operation that is not done needs a name: clients ask for it by that name");
  }
  operation.done = operation.result.case !== undefined;
  return operation;
}
