import { type RawOperation, unpackMetadata, unpackResponse } from "protoc-gen-ts-lro/codegen";
import { type $Metadata, $MetadataSchema, type $Response, $ResponseSchema } from "./placeholders.ts";

/**
 * Unpacks the response of an operation of {@link $rpc}: undefined while it is not done, or when it failed.
 *
 * @each
 */
export function unpack$MethodResponse(operation: RawOperation): $Response | undefined {
  return unpackResponse(operation, $ResponseSchema);
}

/**
 * Unpacks the metadata of an operation of {@link $rpc}: undefined where it has none.
 *
 * @each
 */
export function unpack$MethodMetadata(operation: RawOperation): $Metadata | undefined {
  return unpackMetadata(operation, $MetadataSchema);
}
