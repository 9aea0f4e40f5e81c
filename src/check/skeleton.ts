import { fromBinary } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { type Kept, prune } from "../descriptor/prune.ts";
import { bytesOf, type Encoded, findText } from "../descriptor/wire.ts";
import { OperationSchema } from "../gen/google/longrunning/operations_pb.ts";

const file = FileDescriptorProtoSchema.field;
const message = DescriptorProtoSchema.field;
const enumeration = EnumDescriptorProtoSchema.field;

const ofEnum: Kept = new Map([[enumeration.name.number, bytesOf]]);
const ofMessage: Kept = new Map([
  [message.name.number, bytesOf],
  // Distinguishes map entries from other messages.
  [message.options.number, bytesOf],
  [message.nestedType.number, keepMessage],
  [message.enumType.number, keepEnum],
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

/**
 * Decodes only the parts of a FileDescriptorProto that rules read: its imports, its services, and the names of its types.
 * Decoding the rest, especially the comments, would take most of the time and memory of a run. Messages named Operation
 * keep their fields, because a rule compares them.
 */
export function decodeSkeleton(encoded: Encoded): FileDescriptorProto {
  return fromBinary(FileDescriptorProtoSchema, prune(encoded, ofFile));
}

function keepMessage(value: Encoded): Uint8Array {
  const isOperation = findText(value, message.name.number) === OperationSchema.name;
  return isOperation ? bytesOf(value) : prune(value, ofMessage);
}

function keepEnum(value: Encoded): Uint8Array {
  return prune(value, ofEnum);
}
