import { fromBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  DescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  MessageOptionsSchema,
  SourceCodeInfo_LocationSchema,
} from "@bufbuild/protobuf/wkt";
import {
  type Encoded,
  findEncoded,
  textOf,
  visitEncoded,
  visitFields,
  writeBytes,
  writeEncoded,
} from "../../descriptor/wire.ts";
import { pruneService } from "./pruned-service.ts";
import { standInType } from "./stand-in.ts";

/** What is kept of a file. */
export interface KeptFile {
  /** Says by its identifier in TypeScript whether the name of a declaration is kept. */
  readonly declares: (identifier: string) => boolean;
  /** The names of the files that it imports from now on. */
  readonly imports: readonly string[];
  /** Whether its services are kept, with their comments and its own. */
  readonly services: boolean;
}

/** The fields that hold declarations, by kind, in a file or in a message. */
interface DeclarationFields {
  readonly message: number;
  readonly enum: number;
  readonly extension: number;
}

const file = FileDescriptorProtoSchema.field;
const message = DescriptorProtoSchema.field;
const extension = FieldDescriptorProtoSchema.field;

const inFile: DeclarationFields = {
  message: file.messageType.number,
  enum: file.enumType.number,
  extension: file.extension.number,
};
const inMessage: DeclarationFields = {
  message: message.nestedType.number,
  enum: message.enumType.number,
  extension: message.extension.number,
};
const headerFields = new Set([file.name.number, file.package.number, file.options.number, file.syntax.number]);
// Fields 1 in all of DescriptorProto, EnumDescriptorProto and FieldDescriptorProto.
const nameField = message.name.number;

/** Decodes what is kept of a FileDescriptorProto. */
export function decodePrunedFile(encoded: Encoded, kept: KeptFile): FileDescriptorProto {
  const writer = new BinaryWriter();
  visitFields(encoded, (number, value) => {
    if (typeof value === "number") {
      if (number === file.edition.number) {
        writer.tag(number, WireType.Varint).int32(value);
      }
    } else if (headerFields.has(number)) {
      writeEncoded(writer, number, value);
    } else if (number === file.service.number) {
      if (kept.services) {
        writeBytes(writer, number, pruneService(value));
      }
    } else if (number === file.sourceCodeInfo.number) {
      if (kept.services) {
        writeBytes(writer, number, pruneSourceInfo(value));
      }
    } else {
      writeDeclaration(writer, number, value, inFile, "", kept.declares);
    }
  });
  const pruned = fromBinary(FileDescriptorProtoSchema, writer.finish());
  pruned.dependency.push(...kept.imports);
  return pruned;
}

/** Writes the name of a declaration where it is kept, and of what is nested in it. */
function writeDeclaration(
  writer: BinaryWriter,
  number: number,
  value: Encoded,
  fields: DeclarationFields,
  scope: string,
  declares: (identifier: string) => boolean,
): void {
  if (number !== fields.message && number !== fields.enum && number !== fields.extension) {
    return;
  }
  const name = findEncoded(value, nameField);
  const identifier = scope + textOf(name);
  const inside = new BinaryWriter();
  if (number === fields.message) {
    if (isMapEntry(value)) {
      return;
    }
    visitEncoded(value, (nestedNumber, nested) =>
      writeDeclaration(inside, nestedNumber, nested, inMessage, `${identifier}_`, declares),
    );
  }
  const nested = inside.finish();
  if (nested.length === 0 && !declares(identifier)) {
    return;
  }
  const shell = new BinaryWriter().raw(nested);
  writeEncoded(shell, nameField, name);
  if (number === fields.extension) {
    shell.tag(extension.extendee.number, WireType.LengthDelimited).string(standInType);
    shell.tag(extension.label.number, WireType.Varint).int32(FieldDescriptorProto_Label.OPTIONAL);
    shell.tag(extension.type.number, WireType.Varint).int32(FieldDescriptorProto_Type.BOOL);
  }
  writeBytes(writer, number, shell.finish());
}

/** Map entries are not types that a name can refer to. */
function isMapEntry(value: Encoded): boolean {
  let mapEntry = false;
  visitFields(findEncoded(value, message.options.number), (number, option) => {
    mapEntry ||= number === MessageOptionsSchema.field.mapEntry.number && option === 1;
  });
  return mapEntry;
}

/** Keeps the locations of services and methods, and those whose comments go to the top of an emitted file. */
function pruneSourceInfo(sourceInfo: Encoded): Uint8Array {
  const writer = new BinaryWriter();
  visitEncoded(sourceInfo, (number, location) => {
    const { buffer, start, end } = findEncoded(location, SourceCodeInfo_LocationSchema.field.path.number);
    const isHeader =
      end - start === 1 && (buffer[start] === file.package.number || buffer[start] === file.syntax.number);
    if (isHeader || (buffer[start] === file.service.number && end - start <= methodPathLength)) {
      writeEncoded(writer, number, location);
    }
  });
  return writer.finish();
}

// [service, its index, method, its index]: four varints, of which the indices take one or two bytes.
const methodPathLength = 6;
