/*
 * All of googleapis, from google-proto-files on npm, encoded as buf and protoc pass it to a plugin.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { CodeGeneratorRequestSchema, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { buildImage } from "./buf.ts";
import { cached } from "./repository.ts";

/** A proto file, of which only a few fields are decoded. */
export interface ProtoFile {
  readonly name: string;
  readonly directory: string;
  readonly imports: readonly string[];
  /** Whether a method in it returns a google.longrunning.Operation. */
  readonly longRunning: boolean;
  /** The encoded FileDescriptorProto, with its comments. */
  readonly encoded: Uint8Array;
}

/** The packages that determine the cached output for googleapis. */
export const packages: readonly string[] = ["google-proto-files", "@bufbuild/buf", "@bufbuild/protoc-gen-es"];

/**
 * Returns the files of googleapis by name, each after its imports. The first call takes about 15 seconds, in which buf
 * compiles them.
 */
export async function googleapis(): Promise<Map<string, ProtoFile>> {
  return new Map(readImage(readFileSync(await googleapisImage())).map((file) => [file.name, file]));
}

/** Returns the path of the encoded FileDescriptorSet with all of googleapis. */
export function googleapisImage(): Promise<string> {
  return cached("googleapis.binpb", packages, async (path) => {
    writeFileSync(path, await buildProtos("node_modules/google-proto-files"));
  });
}

/** Compiles the protos in a directory to an encoded FileDescriptorSet. Default: all of them. */
export function buildProtos(directory: string, names: readonly string[] = []): Promise<Uint8Array> {
  // Excludes protobuf's own test protos, which do not compile.
  return buildImage(
    [{ path: directory, excludes: [`${directory}/google/protobuf`] }],
    names.map((name) => `${directory}/${name}`),
  );
}

/** Returns the files for which buf would generate code: all of googleapis without the well-known types. */
export function sources(files: ReadonlyMap<string, ProtoFile>): ProtoFile[] {
  return [...files.values()].filter(({ directory }) => directory !== "google/protobuf");
}

/** Groups files by directory and keeps their order. */
export function byDirectory(files: Iterable<ProtoFile>): Map<string, ProtoFile[]> {
  return Map.groupBy(files, ({ directory }) => directory);
}

/** Returns all files of the directories in which a file has a long-running method. */
export function longRunningDirectories(files: ReadonlyMap<string, ProtoFile>): Map<string, ProtoFile[]> {
  return new Map([...byDirectory(sources(files))].filter(([, siblings]) => siblings.some((file) => file.longRunning)));
}

/** Returns the files and all their direct and indirect imports, in the order of `files`. */
export function importClosure(roots: Iterable<ProtoFile>, files: ReadonlyMap<string, ProtoFile>): ProtoFile[] {
  const closure = new Set(Array.from(roots, ({ name }) => name));
  for (const name of closure) {
    for (const imported of files.get(name)?.imports ?? []) {
      closure.add(imported);
    }
  }
  return [...files.values()].filter(({ name }) => closure.has(name));
}

/**
 * Encodes a CodeGeneratorRequest for some files and their imports. Like buf and protoc, includes the files to generate
 * twice, the second time with source-retention options.
 */
export function encodeRequest(
  toGenerate: readonly ProtoFile[],
  files: ReadonlyMap<string, ProtoFile>,
  parameter: string,
  { sourceFileDescriptors = true }: { sourceFileDescriptors?: boolean } = {},
): Uint8Array {
  const field = CodeGeneratorRequestSchema.field;
  const writer = new BinaryWriter();
  for (const { name } of toGenerate) {
    writer.tag(field.fileToGenerate.number, WireType.LengthDelimited).string(name);
  }
  writer.tag(field.parameter.number, WireType.LengthDelimited).string(parameter);
  for (const { encoded } of importClosure(toGenerate, files)) {
    writer.tag(field.protoFile.number, WireType.LengthDelimited).bytes(encoded);
  }
  for (const { encoded } of sourceFileDescriptors ? toGenerate : []) {
    writer.tag(field.sourceFileDescriptors.number, WireType.LengthDelimited).bytes(encoded);
  }
  return writer.finish();
}

function readImage(image: Uint8Array): ProtoFile[] {
  const reader = new BinaryReader(image);
  const files: ProtoFile[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === FileDescriptorSetSchema.field.file.number) {
      files.push(readHead(reader.bytes()));
    } else {
      reader.skip(wireType, number);
    }
  }
  return files;
}

function readHead(encoded: Uint8Array): ProtoFile {
  const field = FileDescriptorProtoSchema.field;
  const reader = new BinaryReader(encoded);
  let name = "";
  const imports: string[] = [];
  let longRunning = false;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field.name.number) {
      name = reader.string();
    } else if (number === field.dependency.number) {
      imports.push(reader.string());
    } else if (number === field.service.number) {
      longRunning = Buffer.from(reader.bytes()).includes(".google.longrunning.Operation") || longRunning;
    } else {
      reader.skip(wireType, number);
    }
  }
  return { name, directory: dirname(name), imports, longRunning, encoded };
}
