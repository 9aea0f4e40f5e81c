import { create, type DescMessage, type Message, type Registry } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type { Operation } from "../gen/google/longrunning/operations_pb.ts";
import { unpackAny } from "./any.ts";
import { OperationError, type OperationRef, OperationUnpackError } from "./errors.ts";
import { fullName, type LroMethod } from "./lro-service.ts";

/** A `google.longrunning.Operation`, as servers send it: of any generated code. */
export interface RawOperation extends Operation {}

/** How an operation ended. */
export type OperationOutcome<R extends Message = Message, M extends Message = Message> =
  | { readonly status: "succeeded"; readonly response: R; readonly metadata: M | undefined }
  | { readonly status: "failed" | "cancelled"; readonly error: OperationError<M>; readonly metadata: M | undefined };

/** The state of an operation at one moment. When it is done, it has the outcome. */
export type OperationSnapshot<R extends Message = Message, M extends Message = Message> =
  | { readonly done: false; readonly metadata: M | undefined; readonly raw: RawOperation }
  | {
      readonly done: true;
      readonly metadata: M | undefined;
      readonly raw: RawOperation;
      readonly outcome: OperationOutcome<R, M>;
    };

/** The types of what an operation holds, or a registry of them. */
export interface OperationTypes {
  readonly response: DescMessage | Registry;
  readonly metadata: DescMessage | Registry;
}

/**
 * Unpacks a `google.longrunning.Operation`, wherever it came from, such as
 * `unpackOperation(LibraryServiceLro.methods.createBook, operation)`. Metadata that cannot be read is undefined, so that it
 * does not hide how the operation ended.
 *
 * @throws OperationUnpackError if it is done and its response is missing, empty, of another type, or does not parse.
 */
export function unpackOperation<R extends Message, M extends Message>(
  method: Pick<LroMethod<Message, R, M>, "response" | "metadata"> & Partial<Pick<LroMethod, "rpc">>,
  operation: RawOperation,
): OperationSnapshot<R, M> {
  return snapshotOf(operation, method, { name: operation.name, method: method.rpc && fullName(method.rpc) });
}

/** Unpacks the state of an operation. */
export function snapshotOf<R extends Message, M extends Message>(
  raw: RawOperation,
  types: OperationTypes,
  ref: OperationRef,
): OperationSnapshot<R, M> {
  const metadata = metadataOf<M>(raw, types);
  return raw.done
    ? { done: true, metadata, raw, outcome: outcomeOf(raw, types, ref, metadata) }
    : { done: false, metadata, raw };
}

/** The metadata of an operation. Undefined if it has none, or none that can be read. */
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
  // A method that returns google.protobuf.Empty has nothing to lose: for it, no result is a success.
  if (result.case === undefined && type.kind === "message" && type.typeName === EmptySchema.typeName) {
    return { status: "succeeded", response: create(type) as R, metadata };
  }
  const unpacked = unpackAny(result.value, type);
  if ("problem" in unpacked) {
    throw new OperationUnpackError(ref, type.kind === "message" ? type.typeName : undefined, unpacked);
  }
  return { status: "succeeded", response: unpacked.message as R, metadata };
}
