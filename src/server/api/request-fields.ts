import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";

/** Returns the value of the field `request_id` (AIP-155). `undefined` if the field is not set or does not exist. */
export function requestIdOf(schema: DescMessage, request: Message): string | undefined {
  return (fieldValue(schema, request, "request_id", ScalarType.STRING) as string | undefined) || undefined;
}

/** Returns whether the field `validate_only` (AIP-163) is true. */
export function isValidateOnly(schema: DescMessage, request: Message): boolean {
  return fieldValue(schema, request, "validate_only", ScalarType.BOOL) === true;
}

function fieldValue(schema: DescMessage, request: Message, name: string, scalar: ScalarType): unknown {
  const field: DescField | undefined = schema.fields.find((field) => field.name === name);
  const matches = field?.fieldKind === "scalar" && field.scalar === scalar && field.oneof === undefined;
  return matches ? (request as unknown as Record<string, unknown>)[field.localName] : undefined;
}
