import { type OperationSnapshot, type RawOperation, unpackOperation } from "protoc-gen-ts-lro/codegenv1";
import { type $Metadata, $MetadataSchema, type $Response, $ResponseSchema } from "./placeholders.ts";

/**
 * Unpacks a raw operation of {@link $rpc}: its metadata and, if it is done, its outcome.
 *
 * @each
 */
export function unpack$Service_$Method(operation: RawOperation): OperationSnapshot<$Response, $Metadata> {
  return unpackOperation({ response: $ResponseSchema, metadata: $MetadataSchema }, operation);
}
