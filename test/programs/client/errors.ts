// A gateway that waits for operations of other servers and converts errors to ConnectErrors.
import { ConnectError } from "@connectrpc/connect";
import {
  type Operation,
  OperationError,
  OperationNameError,
  OperationPollError,
  OperationUnpackError,
  WaitAbortedError,
  WaitTimeoutError,
} from "protoc-gen-ts-lro/client";
import type { Book, OperationMetadata } from "../../../testdata/gen/acme/library/v1/library_pb.ts";

export async function waitForOthers(operation: Operation<Book, OperationMetadata>, signal: AbortSignal): Promise<Book> {
  try {
    return await operation.wait({ signal, timeoutMs: 30_000, cancelOn: "either" });
  } catch (error) {
    throw toConnectError(error);
  }
}

/** All error classes have `toConnectError`. */
function toConnectError(error: unknown): ConnectError {
  const kinds = [OperationPollError, WaitTimeoutError, WaitAbortedError, OperationUnpackError, OperationNameError];
  for (const kind of kinds) {
    if (error instanceof kind) {
      return error.toConnectError();
    }
  }
  return error instanceof OperationError ? error.toConnectError() : ConnectError.from(error);
}

export function describe(error: unknown): string {
  if (error instanceof OperationError) {
    return `${error.name}: ${error.code} ${error.status.message} ${error.metadata?.$typeName}`;
  }
  if (error instanceof WaitTimeoutError) {
    return `${error.polls} ${error.cancelRequested} ${error.cause?.message}`;
  }
  if (error instanceof OperationPollError) {
    return `${error.cause.code} ${error.failures}`;
  }
  if (error instanceof ConnectError) {
    return error.rawMessage;
  }
  const rest: unknown = error;
  return String(rest);
}
