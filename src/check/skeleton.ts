import { fromBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { isMapEntry } from "../descriptor/map-entry.ts";
import { type Kept, prune } from "../descriptor/prune.ts";
import { bytesOf, type Encoded, findText } from "../descriptor/wire.ts";

const file = FileDescriptorProtoSchema.field;
const message = DescriptorProtoSchema.field;
const field = FieldDescriptorProtoSchema.field;
const enumeration = EnumDescriptorProtoSchema.field;

const ofEnum: Kept = new Map([[enumeration.name.number, bytesOf]]);
// A message with this field keeps all of its fields, because their order determines the location of the field.
const locatedField = Buffer.from("request_id");

/**
 * Returns a function that decodes only the parts of a FileDescriptorProto that rules read: its imports, its services, the
 * names of its types, and the fields that rules look for. Decoding the rest, especially the comments, would take most of
 * the time and memory of a run.
 *
 * @param fields Names of fields: messages that have one of these keep the fields that rules compare.
 */
export function skeletonDecoder(fields: ReadonlySet<string>): (encoded: Encoded) => FileDescriptorProto {
  const compared = [...fields].map((name) => Buffer.from(name));
  const ofMessage: Kept = new Map([
    [message.name.number, bytesOf],
    // Distinguishes map entries from other messages.
    [message.options.number, bytesOf],
    [message.nestedType.number, keepMessage],
    [message.enumType.number, keepEnum],
  ]);
  const ofMessageWithFields: Kept = new Map([
    ...ofMessage,
    [message.field.number, keepField],
    [message.oneofDecl.number, bytesOf],
  ]);
  const ofFile: Kept = new Map([
    [file.name.number, bytesOf],
    [file.package.number, bytesOf],
    [file.dependency.number, bytesOf],
    [file.publicDependency.number, bytesOf],
    [file.service.number, bytesOf],
    [file.messageType.number, keepMessage],
    [file.enumType.number, keepEnum],
  ]);
  return (encoded) => fromBinary(FileDescriptorProtoSchema, prune(encoded, ofFile));

  function keepMessage(value: Encoded): Uint8Array {
    const bytes = bytesOf(value);
    // Searching the bytes of a message for a name is faster than reading its fields.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const name = findText(value, message.name.number);
    const isEntry = name.endsWith("Entry") && isMapEntry(value);
    if (isEntry || name.includes("Operation") || text.includes(locatedField)) {
      return bytes;
    }
    return prune(value, compared.some((field) => text.includes(field)) ? ofMessageWithFields : ofMessage);
  }
}

/** Keeps a field that may be among those that rules compare. */
function keepField(value: Encoded): Uint8Array | undefined {
  return /^(name|id|done|error|response|create_time|\w*operation\w*)$/.test(findText(value, field.name.number))
    ? bytesOf(value)
    : undefined;
}

function keepEnum(value: Encoded): Uint8Array {
  return prune(value, ofEnum);
}
