import { fromBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  DescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  SourceCodeInfo_LocationSchema,
  SourceCodeInfoSchema,
} from "@bufbuild/protobuf/wkt";
import { isMapEntry } from "../../descriptor/map-entry.ts";
import { type Keep, type Kept, prune } from "../../descriptor/prune.ts";
import { requestIdName } from "../../descriptor/request-id.ts";
import { bytesOf, type Encoded, findEncoded, findText } from "../../descriptor/wire.ts";
import { pruneService } from "./pruned-service.ts";
import { standInType } from "./stand-in.ts";

/** The parts of a file to keep. */
export interface KeptFile {
  /** Returns whether to keep the declaration that has this identifier in TypeScript. */
  readonly declares: (identifier: string) => boolean;
  /** The names of the files to import in place of the original imports. */
  readonly imports: readonly string[];
  /** Whether to keep the services and the comments on them and on the file. */
  readonly services: boolean;
}

const file = FileDescriptorProtoSchema.field;
const message = DescriptorProtoSchema.field;
const field = FieldDescriptorProtoSchema.field;
// `name` is field 1 in DescriptorProto, EnumDescriptorProto, and FieldDescriptorProto.
const nameField = message.name.number;

const ofHeader: Kept = new Map(
  [file.name, file.package, file.options, file.syntax, file.edition].map(({ number }) => [number, bytesOf]),
);
const ofServices: Kept = new Map([
  [file.service.number, pruneService],
  [file.sourceCodeInfo.number, (sourceInfo) => prune(sourceInfo, ofSourceInfo)],
]);
const ofSourceInfo: Kept = new Map([[SourceCodeInfoSchema.field.location.number, keepLocation]]);
const ofDeclaration: Kept = new Map([[nameField, bytesOf]]);
const ofMessage: Kept = new Map([...ofDeclaration, [message.field.number, keepRequestId]]);
// Without a type name, so the descriptor stays valid for any type of field.
const ofRequestId: Kept = new Map(
  [field.name, field.number, field.label, field.type, field.options].map(({ number }) => [number, bytesOf]),
);

/** Decodes the kept parts of a FileDescriptorProto. */
export function decodePrunedFile(encoded: Encoded, { declares, imports, services }: KeptFile): FileDescriptorProto {
  const ofFile: Kept = new Map([
    ...ofHeader,
    [file.service.number, keepDeclaration("", declares)],
    ...(services ? ofServices : []),
    [file.messageType.number, keepMessage("", declares)],
    [file.enumType.number, keepDeclaration("", declares)],
    [file.extension.number, keepExtension("", declares)],
  ]);
  const pruned = fromBinary(FileDescriptorProtoSchema, prune(encoded, ofFile));
  pruned.dependency.push(...imports);
  return pruned;
}

/** Keeps the name of a declaration that is referred to. */
function keepDeclaration(scope: string, declares: KeptFile["declares"]): Keep {
  return (value) => (declares(scope + findText(value, nameField)) ? prune(value, ofDeclaration) : undefined);
}

/** Keeps the name of a message if the message or a declaration nested in it is referred to. */
function keepMessage(scope: string, declares: KeptFile["declares"]): Keep {
  return (value) => {
    if (isMapEntry(value)) {
      return undefined;
    }
    const identifier = scope + findText(value, nameField);
    const inside = `${identifier}_`;
    const nested = prune(
      value,
      new Map([
        [message.nestedType.number, keepMessage(inside, declares)],
        [message.enumType.number, keepDeclaration(inside, declares)],
        [message.extension.number, keepExtension(inside, declares)],
      ]),
    );
    const isKept = nested.length > 0 || declares(identifier);
    return isKept ? Buffer.concat([prune(value, ofMessage), nested]) : undefined;
  };
}

/** Keeps a field that may be the ID of a request. Nothing else depends on the fields of messages. */
function keepRequestId(value: Encoded): Uint8Array | undefined {
  const isText = findText(value, field.typeName.number) === "" && findText(value, nameField) === requestIdName;
  return isText ? prune(value, ofRequestId) : undefined;
}

/** Keeps the name of an extension that is referred to. Its extendee and type are irrelevant, so they are replaced. */
function keepExtension(scope: string, declares: KeptFile["declares"]): Keep {
  const keepName = keepDeclaration(scope, declares);
  return (value) => {
    const name = keepName(value);
    return name && Buffer.concat([name, standInExtension]);
  };
}

const standInExtension = new BinaryWriter()
  .tag(field.extendee.number, WireType.LengthDelimited)
  .string(standInType)
  .tag(field.label.number, WireType.Varint)
  .int32(FieldDescriptorProto_Label.OPTIONAL)
  .tag(field.type.number, WireType.Varint)
  .int32(FieldDescriptorProto_Type.BOOL)
  .finish();

/** Keeps the locations of services and methods, and of the comments that are copied to the top of a generated file. */
function keepLocation(location: Encoded): Uint8Array | undefined {
  const { buffer, start, end } = findEncoded(location, SourceCodeInfo_LocationSchema.field.path.number);
  const isHeader = end - start === 1 && (buffer[start] === file.package.number || buffer[start] === file.syntax.number);
  const isKept = isHeader || (buffer[start] === file.service.number && end - start <= methodPathLength);
  return isKept ? bytesOf(location) : undefined;
}

// [service, service index, method, method index]: four varints. Each index takes one or two bytes.
const methodPathLength = 6;
