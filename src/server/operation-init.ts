import { create, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { type Operation, OperationSchema } from "../gen/google/longrunning/operations_pb.ts";
import type { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { packAny } from "../operation/any.ts";
import { fullName, type LroMethod } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import { toStatus } from "./status.ts";

/**
 * An operation with typed messages. It is done if it has a response or an error; otherwise it is still running.
 */
export type OperationInit<R extends Message = Message, M extends Message = Message> = {
  /** The operation's name, unique within the service. Required unless the operation is done. */
  readonly name?: string | undefined;
  /** The metadata, such as progress. */
  readonly metadata?: InitOf<M> | undefined;
} & (
  | { readonly response?: undefined; readonly error?: undefined }
  | {
      /** The response of the operation, which succeeded. */
      readonly response: InitOf<R>;
      readonly error?: undefined;
    }
  | {
      /** The error of the operation, which failed or was cancelled. Details of a ConnectError go into the status. */
      readonly error: ConnectError | MessageInitShape<typeof StatusSchema>;
      readonly response?: undefined;
    }
);

/**
 * Packs an operation into a `google.longrunning.Operation`, for example
 * `packOperation(LibraryServiceLro.methods.createBook, init)`.
 *
 * @throws Error if the operation has no name and is not done.
 */
export function packOperation<R extends Message, M extends Message>(
  method: LroMethod<Message, R, M>,
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
    throw new Error(
      `${fullName(method.rpc)} returned an operation that has no name and is not done: set its name, which clients need ` +
        "to read its state",
    );
  }
  operation.done = operation.result.case !== undefined;
  return operation;
}
