import { create, isMessage, type Message, toBinary } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { AnySchema, EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { StatusSchema } from "../gen/google/rpc/status_pb.ts";
import { packAny } from "../operation/any.ts";
import type { InitOf, LroResponseInit } from "../operation/message-init.ts";
import { interruptionIn } from "./interruption.ts";
import type { Result } from "./operation-store.ts";
import { toStatus } from "./status.ts";

/** What clients accept in one message, unless they say otherwise: gRPC's default. */
const maxBytes = 4 * 1024 * 1024;

/** A message, and the google.protobuf.Any that holds it. */
export interface Packed<T extends Message> {
  readonly message: T;
  readonly any: Uint8Array;
}

/**
 * Packs what a handler gives as a message of a type.
 *
 * @throws ConnectError if it is another message or too large; Error if it does not fit the type.
 */
export function pack<T extends Message>(schema: GenMessage<T>, given: LroResponseInit<T>): Packed<T> {
  // A handler that has nothing to say returns nothing.
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
    const text = `the ${schema.typeName} of the operation has ${any.length} bytes, and ${maxBytes} are allowed`;
    throw new ConnectError(text, Code.ResourceExhausted);
  }
  return { message, any };
}

/**
 * The error that clients see. What is not a Connect error may tell them too much: they see that it is internal. What was
 * caused by an interruption is that interruption.
 */
export function publicError(error: unknown): ConnectError {
  const interruption = interruptionIn(error);
  if (interruption) {
    return interruption.toConnectError();
  }
  return error instanceof ConnectError ? error : new ConnectError("internal error", Code.Internal);
}

/** Encodes an error as a google.rpc.Status. Details that cannot be encoded are left out. */
export function errorResult(error: ConnectError): { readonly error: Uint8Array } & Result {
  try {
    const bytes = toBinary(StatusSchema, toStatus(error));
    if (bytes.length <= maxBytes) {
      return { error: bytes };
    }
  } catch {
    // What is left is the text.
  }
  const bare = new ConnectError(error.rawMessage.toWellFormed().slice(0, 10_000), error.code);
  return { error: toBinary(StatusSchema, toStatus(bare)) };
}
