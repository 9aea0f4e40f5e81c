import { type DescField, type DescMethod, getOption, ScalarType } from "@bufbuild/protobuf";
import { protoCamelCase, safeObjectProperty } from "@bufbuild/protobuf/reflect";
import { FieldInfo_Format, field_info } from "../gen/google/api/field_info_pb.ts";

/**
 * Returns the local name of the field that identifies a request (AIP-155), so that the server recognizes a request that
 * it receives twice. Clients fill in the field.
 *
 * @param autoPopulated The names of the fields that the API's service YAML lists in `auto_populated_fields` for the
 *   method. Default: none. Then the field is `request_id`, if `google.api.field_info` declares that it is a UUID.
 */
export function requestIdField({ input }: DescMethod, autoPopulated: readonly string[] = []): string | undefined {
  const name = autoPopulated[0] ?? input.fields.find(isRequestId)?.name;
  // The descriptor may lack the fields that the service YAML lists, because requests are pruned.
  return name && safeObjectProperty(protoCamelCase(name));
}

function isRequestId(field: DescField): boolean {
  return (
    field.name === requestIdName &&
    field.scalar === ScalarType.STRING &&
    getOption(field, field_info).format === FieldInfo_Format.UUID4
  );
}

/** The name of the field by AIP-155. */
export const requestIdName = "request_id";
