import { type OperationSnapshot, type RawOperation, unpackOperation } from "protoc-gen-ts-lro/codegenv1";
import { type $Metadata, $MetadataSchema, type $Response, $ResponseSchema } from "./placeholders.ts";

/**
 * Unpacks an operation of {@link $rpc}, wherever it came from: its metadata, and how it ended if it is done.
 *
 * @each
 */
export function unpack$Service_$Method(operation: RawOperation): OperationSnapshot<$Response, $Metadata> {
  return unpackOperation({ response: $ResponseSchema, metadata: $MetadataSchema }, operation);
}
