import type { DescMethod } from "@bufbuild/protobuf";
import { protoCamelCase, safeObjectProperty } from "@bufbuild/protobuf/reflect";
import { isUuid, requestIdOf } from "../descriptor/request-id.ts";

/**
 * Returns the local name of the field that identifies a request (AIP-155), so that the server recognizes a request that
 * it receives twice. Clients fill in the field.
 *
 * @param autoPopulated The names of the fields that the API's service YAML lists in `auto_populated_fields` for the
 *   method. Default: none. Then the field is `request_id`, if `google.api.field_info` declares that it is a UUID.
 */
export function requestIdField({ input }: DescMethod, autoPopulated: readonly string[] = []): string | undefined {
  const declared = requestIdOf(input);
  const name = autoPopulated[0] ?? (declared && isUuid(declared) ? declared.name : undefined);
  // The descriptor may lack the fields that the service YAML lists, because requests are pruned.
  return name && safeObjectProperty(protoCamelCase(name));
}
