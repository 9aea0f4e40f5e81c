import { type DescField, type DescMessage, getOption, ScalarType } from "@bufbuild/protobuf";
import { FieldInfo_Format, field_info } from "../gen/google/api/field_info_pb.ts";

/** The name of the field that identifies a request (AIP-155). */
export const requestIdName = "request_id";

/** Returns the field that identifies a request. `undefined` if the message has none. */
export function requestIdOf({ fields }: DescMessage): DescField | undefined {
  return fields.find(({ name, scalar }) => name === requestIdName && scalar === ScalarType.STRING);
}

/** Returns whether google.api.field_info declares that a field is a UUID, which clients can fill in. */
export function isUuid(field: DescField): boolean {
  return getOption(field, field_info).format === FieldInfo_Format.UUID4;
}
