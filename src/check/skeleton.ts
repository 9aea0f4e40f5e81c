import { fromBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import {
  type Encoded,
  findEncoded,
  findText,
  visitEncoded,
  visitFields,
  writeBytes,
  writeEncoded,
} from "../descriptor/wire.ts";
import { OperationSchema } from "../gen/google/longrunning/operations_pb.ts";

const file = FileDescriptorProtoSchema.field;
const message = DescriptorProtoSchema.field;
const { name: enumName } = EnumDescriptorProtoSchema.field;

const kept = new Set([file.name.number, file.package.number, file.dependency.number, file.service.number]);

/**
 * Decodes of a FileDescriptorProto what rules look at: its imports, its services, and the names of its types. The rest,
 * comments above all, would take most of the time and memory of a run. Only messages called Operation keep their fields.
 */
export function decodeSkeleton(encoded: Encoded): FileDescriptorProto {
  const writer = new BinaryWriter();
  visitFields(encoded, (number, value) => {
    if (typeof value === "number") {
      if (number === file.publicDependency.number) {
        writer.tag(number, WireType.Varint).int32(value);
      }
    } else if (kept.has(number)) {
      writeEncoded(writer, number, value);
    } else if (number === file.messageType.number) {
      writeMessage(writer, number, value);
    } else if (number === file.enumType.number) {
      writeEnum(writer, number, value);
    }
  });
  return fromBinary(FileDescriptorProtoSchema, writer.finish());
}

function writeMessage(writer: BinaryWriter, number: number, value: Encoded): void {
  if (findText(value, message.name.number) === OperationSchema.name) {
    writeEncoded(writer, number, value);
    return;
  }
  const shell = new BinaryWriter();
  visitEncoded(value, (field, part) => {
    switch (field) {
      case message.name.number:
      // It tells map entries from messages.
      case message.options.number:
        writeEncoded(shell, field, part);
        break;
      case message.nestedType.number:
        writeMessage(shell, field, part);
        break;
      case message.enumType.number:
        writeEnum(shell, field, part);
        break;
    }
  });
  writeBytes(writer, number, shell.finish());
}

function writeEnum(writer: BinaryWriter, number: number, value: Encoded): void {
  const shell = new BinaryWriter();
  writeEncoded(shell, enumName.number, findEncoded(value, enumName.number));
  writeBytes(writer, number, shell.finish());
}
