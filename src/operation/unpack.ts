import type { DescMessage, MessageShape, Registry } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import type { Operation as RawOperation } from "../gen/google/longrunning/operations_pb.ts";
import { unpackAny } from "./any.ts";
import { type OperationRef, OperationUnpackError } from "./errors.ts";

/**
 * The response of a `google.longrunning.Operation`, wherever it came from. Undefined while it is not done, and where it
 * failed.
 *
 * A method that returns `google.protobuf.Empty` has nothing to lose: for it, an operation that is done without any
 * result has succeeded.
 *
 * @throws OperationUnpackError if the response is missing, empty, of another type, or does not parse.
 */
export function unpackResponse<D extends DescMessage>(
  operation: RawOperation,
  type: D | Registry,
  ref: OperationRef = operation,
): MessageShape<D> | undefined {
  const { done, result } = operation;
  if (!done || result.case === "error") {
    return undefined;
  }
  if (result.case === undefined && type.kind === "message" && type.typeName === EmptySchema.typeName) {
    return create(type);
  }
  const unpacked = unpackAny(result.value, type);
  if ("problem" in unpacked) {
    throw new OperationUnpackError(ref, "response", nameOf(type), unpacked);
  }
  return unpacked.message;
}

/**
 * The metadata of a `google.longrunning.Operation`, wherever it came from. Undefined where it has none.
 *
 * @throws OperationUnpackError if the metadata is empty, of another type, or does not parse.
 */
export function unpackMetadata<D extends DescMessage>(
  operation: RawOperation,
  type: D | Registry,
  ref: OperationRef = operation,
): MessageShape<D> | undefined {
  if (operation.metadata === undefined) {
    return undefined;
  }
  const unpacked = unpackAny(operation.metadata, type);
  if ("problem" in unpacked) {
    throw new OperationUnpackError(ref, "metadata", nameOf(type), unpacked);
  }
  return unpacked.message;
}

function nameOf(type: DescMessage | Registry): string | undefined {
  return type.kind === "message" ? type.typeName : undefined;
}
