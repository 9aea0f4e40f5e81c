import { DescriptorProtoSchema, MessageOptionsSchema } from "@bufbuild/protobuf/wkt";
import { type Encoded, findEncoded, visitFields } from "./wire.ts";

/** Returns whether an encoded message is a map entry, which no type name in a proto can refer to. */
export function isMapEntry(value: Encoded): boolean {
  let mapEntry = false;
  visitFields(findEncoded(value, DescriptorProtoSchema.field.options.number), (number, { buffer, start }) => {
    mapEntry ||= number === MessageOptionsSchema.field.mapEntry.number && buffer[start] === 1;
  });
  return mapEntry;
}
