import { create, type DescMessage, type Message, type Registry } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type { Operation } from "../gen/google/longrunning/operations_pb.ts";
import { unpackAny } from "./any.ts";
import { OperationError, type OperationRef, OperationUnpackError } from "./errors.ts";
import { fullName, type LroMethod } from "./lro-service.ts";

/** A `google.longrunning.Operation` as the server sent it. Your own generated `Operation` type is assignable to it. */
export interface RawOperation extends Operation {}

/** The outcome of an operation: succeeded, failed or cancelled. */
export type OperationOutcome<R extends Message = Message, M extends Message = Message> =
  | { readonly status: "succeeded"; readonly response: R; readonly metadata: M | undefined }
  | { readonly status: "failed" | "cancelled"; readonly error: OperationError<M>; readonly metadata: M | undefined };

/** The state of an operation at one point in time. If the operation is done, the snapshot has its outcome. */
export type OperationSnapshot<R extends Message = Message, M extends Message = Message> =
  | { readonly done: false; readonly metadata: M | undefined; readonly raw: RawOperation }
  | {
      readonly done: true;
      readonly metadata: M | undefined;
      readonly raw: RawOperation;
      readonly outcome: OperationOutcome<R, M>;
    };

/** The types of an operation's response and metadata, or registries of the possible types. */
export interface OperationTypes {
  readonly response: DescMessage | Registry;
  readonly metadata: DescMessage | Registry;
}

/**
 * Unpacks a raw `google.longrunning.Operation` from any source, for example
 * `unpackOperation(LibraryServiceLro.methods.createBook, operation)`. If the metadata cannot be unpacked, it is
 * `undefined` instead of an error, so that the outcome is not lost.
 *
 * @throws OperationUnpackError if the operation succeeded but its response is missing, empty, of another type, or does
 *   not parse.
 */
export function unpackOperation<R extends Message, M extends Message>(
  method: Pick<LroMethod<Message, R, M>, "response" | "metadata"> & Partial<Pick<LroMethod, "rpc">>,
  operation: RawOperation,
): OperationSnapshot<R, M> {
  return snapshotOf(operation, method, { name: operation.name, method: method.rpc && fullName(method.rpc) });
}

/** Unpacks the state of an operation, whose metadata may have been unpacked before. */
export function snapshotOf<R extends Message, M extends Message>(
  raw: RawOperation,
  types: OperationTypes,
  ref: OperationRef,
  metadata: M | undefined = metadataOf<M>(raw, types),
): OperationSnapshot<R, M> {
  return raw.done
    ? { done: true, metadata, raw, outcome: outcomeOf(raw, types, ref, metadata) }
    : { done: false, metadata, raw };
}

/** Returns the metadata of an operation. `undefined` if there is none or it cannot be unpacked. */
export function metadataOf<M extends Message>(raw: RawOperation | undefined, types: OperationTypes): M | undefined {
  const unpacked = unpackAny(raw?.metadata, types.metadata);
  return "message" in unpacked ? (unpacked.message as M) : undefined;
}

function outcomeOf<R extends Message, M extends Message>(
  { result }: RawOperation,
  { response: type }: OperationTypes,
  ref: OperationRef,
  metadata: M | undefined,
): OperationOutcome<R, M> {
  if (result.case === "error") {
    const error = new OperationError(ref, result.value, metadata);
    return { status: error.code === Code.Canceled ? "cancelled" : "failed", error, metadata };
  }
  // google.protobuf.Empty has no content, so a missing response is a success.
  if (result.case === undefined && type.kind === "message" && type.typeName === EmptySchema.typeName) {
    return { status: "succeeded", response: create(type) as R, metadata };
  }
  const unpacked = unpackAny(result.value, type);
  if ("problem" in unpacked) {
    throw new OperationUnpackError(ref, type.kind === "message" ? type.typeName : undefined, unpacked);
  }
  return { status: "succeeded", response: unpacked.message as R, metadata };
}
