import { create, isMessage, type Message, toBinary } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { AnySchema, EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { packAny } from "../operation/any.ts";
import type { InitOf, LroResponseInit } from "../operation/message-init.ts";
import { interruptionIn, OperationInterruption } from "./interruption.ts";
import type { Result } from "./operation-store.ts";
import { toStatus, validCode } from "./status.ts";

/** The default maximum size of a message in gRPC clients. */
const maxBytes = 4 * 1024 * 1024;

/** A message, and its encoded google.protobuf.Any. */
export interface Packed<T extends Message> {
  readonly message: T;
  readonly any: Uint8Array;
}

/**
 * Packs a response or metadata from a handler.
 *
 * @throws ConnectError if it is a message of another type or too large; Error if it does not fit the type.
 */
export function pack<T extends Message>(schema: GenMessage<T>, given: LroResponseInit<T>): Packed<T> {
  // A handler may return nothing for an Empty response.
  const init = given === undefined && schema.typeName === EmptySchema.typeName ? {} : given;
  if (init === null || typeof init !== "object") {
    throw new Error(`expected a ${schema.typeName}, got ${init === null ? "null" : typeof init}`);
  }
  if (isMessage(init) && !isMessage(init, schema)) {
    throw new ConnectError(`expected a ${schema.typeName}, got a ${init.$typeName}`, Code.Internal);
  }
  const message = create(schema, init as InitOf<T>) as T;
  const any = toBinary(AnySchema, packAny(schema, message));
  if (any.length > maxBytes) {
    const size = `the ${schema.typeName} of the operation has ${any.length} bytes, more than the maximum of ${maxBytes}`;
    throw new ConnectError(`${size}: store large data elsewhere and return a reference`, Code.ResourceExhausted);
  }
  return { message, any };
}

/**
 * Returns the error for clients. Errors other than ConnectError might expose internal details, so they become INTERNAL
 * without their message. An error that was caused by an interruption becomes that interruption.
 */
export function publicError(error: unknown): ConnectError {
  try {
    const interruption = interruptionIn(error);
    if (interruption) {
      return interruption.toConnectError();
    }
    if (error instanceof ConnectError) {
      return withValidCode(error);
    }
  } catch {
    // Accessors and traps of an object that was thrown can throw, too.
  }
  return new ConnectError("internal error", Code.Internal);
}

/** Replaces a code that is not that of an error, such as 0, with UNKNOWN. */
function withValidCode(error: ConnectError): ConnectError {
  const { code, rawMessage, metadata, details } = error;
  if (validCode(code) === code) {
    return error;
  }
  const valid = new ConnectError(rawMessage, Code.Unknown, metadata, undefined, error);
  valid.details.push(...details);
  return valid;
}

/** Encodes an error as a google.rpc.Status. Omits all details if they cannot be encoded or make it too large. */
export function errorResult(error: ConnectError): { readonly error: Uint8Array } & Result {
  try {
    const bytes = toBinary(StatusSchema, toStatus(error));
    if (bytes.length <= maxBytes) {
      return { error: bytes };
    }
  } catch {
    // Falls through to a status without details.
  }
  const bare = new ConnectError(error.rawMessage.toWellFormed().slice(0, 10_000), error.code);
  return { error: toBinary(StatusSchema, toStatus(bare)) };
}

/** The google.rpc.Status of a cancelled operation, encoded. */
export const cancelledError: Uint8Array = errorResult(new OperationInterruption("cancelled").toConnectError()).error;
