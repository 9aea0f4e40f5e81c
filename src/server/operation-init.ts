import { create, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { type Operation, OperationSchema } from "../gen/google/longrunning/operations_pb.ts";
import type { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { packAny } from "../operation/any.ts";
import { fullName, type LroMethod } from "../operation/lro-service.ts";
import type { InitOf } from "../operation/message-init.ts";
import { toStatus } from "./status.ts";

/**
 * An operation, given by typed messages: done when it has a response or an error, else still running.
 */
export type OperationInit<R extends Message = Message, M extends Message = Message> = {
  /** Unique within the service. It may be left out only where the operation is done: there is nothing left to ask for. */
  readonly name?: string | undefined;
  /** Progress and the like. */
  readonly metadata?: InitOf<M> | undefined;
} & (
  | { readonly response?: undefined; readonly error?: undefined }
  | {
      /** What the operation has produced. */
      readonly response: InitOf<R>;
      readonly error?: undefined;
    }
  | {
      /** Why the operation has failed. Connect's error details become those of the status. */
      readonly error: ConnectError | MessageInitShape<typeof StatusSchema>;
      readonly response?: undefined;
    }
);

/**
 * Packs an operation of a long-running method, such as `packOperation(LibraryServiceLro.methods.createBook, init)`.
 *
 * @throws Error if an operation that is not done has no name.
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
      `${fullName(method.rpc)} returned an operation that is not done and has no name: name it, for clients ask for it ` +
        "by that name",
    );
  }
  operation.done = operation.result.case !== undefined;
  return operation;
}
