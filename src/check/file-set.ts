import { create, createFileRegistry, type DescFile, type DescMethod, fromBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  SourceCodeInfoSchema,
} from "@bufbuild/protobuf/wkt";
import type { Place } from "../descriptor/place.ts";
import { createTypeScope, type TypeScope } from "../descriptor/scope.ts";
import { bytesOf, type Encoded, findEncoded } from "../descriptor/wire.ts";
import type { FileDescriptor } from "../gen/buf/plugin/descriptor/v1/descriptor_pb.ts";
import { findOperationMethods, type OperationMethod } from "./operation-method.ts";
import { skeletonDecoder } from "./skeleton.ts";

/** The proto files of a request. */
export interface FileSet {
  /** The files to check, without files that are present only as imports. */
  readonly checked: readonly DescFile[];
  /** The methods of the files to check. */
  readonly methods: readonly DescMethod[];
  /** The methods of the files to check that return google.longrunning.Operation and have operation_info. */
  readonly operations: readonly OperationMethod[];
  /** Looks up types of all files by name, as names are written in protos. */
  readonly scope: TypeScope;
  /** Returns a method of any file. */
  findMethod(service: string, name: string): DescMethod | undefined;
  /** Returns the path of a place in the source info of its file. Empty if the source info has no location for it. */
  locate(place: Place): number[];
}

/**
 * @param fields Names of fields: messages that have one of these keep the fields that rules compare.
 * @throws Error if a file cannot be read or an imported file is missing.
 */
export function readFileSet(descriptors: readonly FileDescriptor[], fields: ReadonlySet<string>): FileSet {
  const decode = skeletonDecoder(fields);
  const files = descriptors.map(({ fileDescriptorProto: buffer, isImport }) => {
    const encoded = { buffer, start: 0, end: buffer.length };
    return { encoded, isImport, proto: decode(encoded) };
  });
  const registry = createFileRegistry(
    create(FileDescriptorSetSchema, { file: importsFirst(files.map(({ proto }) => proto)) }),
  );
  const encoded = new Map(files.map((file) => [file.proto.name, file.encoded]));
  const paths = new Map<DescFile, Set<string>>();

  const scope = createTypeScope([...registry.files]);
  const checked = files.flatMap(({ isImport, proto }) => (isImport ? [] : (registry.getFile(proto.name) ?? [])));
  const methods = checked.flatMap((file) => file.services.flatMap((service) => service.methods));
  return {
    checked,
    methods,
    operations: findOperationMethods(methods, scope),
    scope,
    findMethod: (service, name) => registry.getService(service)?.methods.find((method) => method.name === name),
    locate({ file, paths: candidates }) {
      // Decode source info lazily: it makes up most of a file, and few files have findings.
      const known = paths.get(file) ?? readPaths(encoded.get(file.proto.name));
      paths.set(file, known);
      return candidates.find((path) => known.has(path.join())) ?? [];
    },
  };
}

function importsFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const unsorted = new Map(files.map((file) => [file.name, file]));
  const sorted: FileDescriptorProto[] = [];
  const add = (file: FileDescriptorProto): void => {
    if (unsorted.delete(file.name)) {
      for (const name of file.dependency) {
        const dependency = unsorted.get(name);
        if (dependency !== undefined) {
          add(dependency);
        }
      }
      sorted.push(file);
    }
  };
  files.forEach(add);
  return sorted;
}

function readPaths(file: Encoded | undefined): Set<string> {
  const encoded = file && findEncoded(file, FileDescriptorProtoSchema.field.sourceCodeInfo.number);
  const { location } = encoded ? fromBinary(SourceCodeInfoSchema, bytesOf(encoded)) : create(SourceCodeInfoSchema);
  return new Set(location.map(({ path }) => path.join()));
}
