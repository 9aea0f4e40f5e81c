/*
 * An independent implementation that reads long-running methods from descriptors. It shares no code with the plugin.
 */
import { fromBinary, getExtension, hasExtension } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type MethodDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { operation_info } from "../src/gen/google/longrunning/operations_pb.ts";
import type { ProtoFile } from "./googleapis.ts";

/** A method that returns a google.longrunning.Operation. */
export interface LongRunningMethod {
  /** The full name of the rpc. */
  readonly name: string;
  readonly file: ProtoFile;
  /** Not set if the method has no google.longrunning.operation_info. */
  readonly types?: { readonly response: TypeReference; readonly metadata: TypeReference };
}

/** A reference to a message in operation_info. */
export interface TypeReference {
  /** The name as written in the proto. */
  readonly written: string;
  /** The full name of the message. */
  readonly typeName: string;
  /** The file that declares it. */
  readonly file: ProtoFile;
  /** Whether the method's file imports that file, directly or indirectly. */
  readonly imported: boolean;
}

/**
 * Reads all long-running methods of some files.
 *
 * @throws Error if a type is not found.
 */
export function readLongRunningMethods(files: ReadonlyMap<string, ProtoFile>): LongRunningMethod[] {
  const decoded = new Map(Array.from(files.values(), (file) => [file, decodeWithoutComments(file)]));
  const declaringFile = new Map<string, ProtoFile>();
  for (const [file, proto] of decoded) {
    for (const typeName of messageNames(proto.messageType, proto.package)) {
      declaringFile.set(typeName, file);
    }
  }
  return [...decoded].flatMap(([file, proto]) => {
    const reachable = importedBy(file, files);
    return proto.service.flatMap((service) => {
      const scope = `${proto.package}.${service.name}`;
      const resolve = (written: string): TypeReference => {
        const typeNames = namesFrom(scope, written).filter((typeName) => declaringFile.has(typeName));
        const isImported = (typeName: string): boolean => reachable.has(declaringFile.get(typeName) as ProtoFile);
        const typeName = typeNames.find(isImported) ?? typeNames[0];
        if (typeName === undefined) {
          throw new Error(`${file.name}: ${written} is not found from ${scope}`);
        }
        const declaring = declaringFile.get(typeName) as ProtoFile;
        return { written, typeName, file: declaring, imported: isImported(typeName) };
      };
      return service.method
        .filter(({ outputType }) => outputType === ".google.longrunning.Operation")
        .map((method) => ({ name: `${scope}.${method.name}`, file, ...readOperationInfo(method, resolve) }));
    });
  });
}

function readOperationInfo(
  { options }: MethodDescriptorProto,
  resolve: (written: string) => TypeReference,
): Pick<LongRunningMethod, "types"> {
  if (options === undefined || !hasExtension(options, operation_info)) {
    return {};
  }
  const { responseType, metadataType } = getExtension(options, operation_info);
  return { types: { response: resolve(responseType), metadata: resolve(metadataType) } };
}

/** Returns the full names that a name can refer to, from the innermost scope outwards. */
function namesFrom(scope: string, written: string): string[] {
  if (written.startsWith(".")) {
    return [written.slice(1)];
  }
  const names = [`${scope}.${written}`];
  for (let outer = scope; outer.includes("."); ) {
    outer = outer.slice(0, outer.lastIndexOf("."));
    names.push(`${outer}.${written}`);
  }
  return [...names, written];
}

function messageNames(messages: readonly DescriptorProto[], scope: string): string[] {
  return messages.flatMap(({ name, nestedType }) => {
    const typeName = `${scope}.${name}`;
    return [typeName, ...messageNames(nestedType, typeName)];
  });
}

function importedBy(file: ProtoFile, files: ReadonlyMap<string, ProtoFile>): Set<ProtoFile> {
  const reached = new Set([file]);
  for (const { imports } of reached) {
    for (const name of imports) {
      reached.add(files.get(name) as ProtoFile);
    }
  }
  return reached;
}

/** Skips comments, which make up most of a file's bytes. */
function decodeWithoutComments({ encoded }: ProtoFile): FileDescriptorProto {
  const reader = new BinaryReader(encoded);
  const kept: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    if (number !== FileDescriptorProtoSchema.field.sourceCodeInfo.number) {
      kept.push(encoded.subarray(start, reader.pos));
    }
  }
  return fromBinary(FileDescriptorProtoSchema, Buffer.concat(kept));
}
