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
  // It tells map entries from messages.
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
 * Decodes of a FileDescriptorProto what rules look at: its imports, its services, and the names of its types. The rest,
 * comments above all, would take most of the time and memory of a run. Only messages called Operation keep their fields.
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
