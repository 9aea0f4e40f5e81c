/*
 * Runs the plugin on all of googleapis.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { formatDiagnostic } from "../src/descriptor/diagnostic.ts";
import { generate, type Outcome, type Result } from "../src/plugin/plugin.ts";
import { readRequest } from "../src/plugin/request/encoded-request.ts";
import { readTables } from "./emitted-code.ts";
import { encodeRequest, googleapis, importClosure, type ProtoFile, sources } from "./googleapis.ts";
import { type LongRunningMethod, readLongRunningMethods } from "./long-running-methods.ts";
import { type ProtobufEsOutput, protobufEsOutput, writeFiles } from "./protobuf-es.ts";
import { root } from "./repository.ts";
import { noYaml } from "./run-plugin.ts";
import { typeCheck } from "./type-check.ts";

export const files: Map<string, ProtoFile> = await googleapis();
export const methods: readonly LongRunningMethod[] = readLongRunningMethods(files);

/** A method with google.longrunning.operation_info. */
export type AnnotatedMethod = Omit<LongRunningMethod, "types"> & NonNullable<LongRunningMethod["types"]>;

export const annotated: readonly AnnotatedMethod[] = methods.flatMap(({ types, ...method }) =>
  types === undefined ? [] : { ...method, ...types },
);

/** The methods with google.longrunning.operation_info in some directories. */
export function annotatedIn(directories: readonly string[]): AnnotatedMethod[] {
  return annotated.filter(({ file }) => directories.includes(file.directory));
}

/**
 * Generates the protoc-gen-es files that the plugin's output for the methods imports. For all methods, this is the
 * slowest step in this module.
 */
export function generateProtobufEs(methods: readonly AnnotatedMethod[]): Promise<ProtobufEsOutput> {
  const imported = methods.flatMap(({ file, response, metadata }) => [file, response.file, metadata.file]);
  return protobufEsOutput(
    importClosure(imported, files).filter(({ name }) => !name.startsWith("google/protobuf/")),
    files,
  );
}

export function generatePruned(toGenerate: readonly ProtoFile[], parameter: string): Result {
  return accept(runPruned(toGenerate, parameter));
}

/** Runs the generator on the pruned request. */
export function runPruned(toGenerate: readonly ProtoFile[], parameter: string): Outcome {
  return generate(readRequest(encodeRequest(toGenerate, files, parameter)), noYaml);
}

/** @throws Error that lists all mistakes, if the outcome is not a result. */
export function accept(outcome: Outcome): Result {
  if (outcome.status === "rejected") {
    throw new Error(outcome.mistakes.map(formatDiagnostic).join("\n"));
  }
  return outcome;
}

export function emittedFiles({ response }: Result): Map<string, string> {
  return new Map(response.file.map(({ name, content }) => [name, content]));
}

/** Returns the names of files that differ between the pruned and the full request, and an entry if the rest differs. */
export function pruningDifferences(toGenerate: readonly ProtoFile[], parameter: string): string[] {
  const pruned = generatePruned(toGenerate, parameter);
  const request = encodeRequest(toGenerate, files, parameter);
  const decode = () => fromBinary(CodeGeneratorRequestSchema, request);
  const expected = accept(generate(readRequest(request), noYaml, decode));
  const [contents, expectedContents] = [emittedFiles(pruned), emittedFiles(expected)];
  const names = new Set([...contents.keys(), ...expectedContents.keys()]);
  const rest = ({ response, notes }: Result): unknown => ({ ...response, file: [], notes });
  return [
    ...[...names].filter((name) => contents.get(name) !== expectedContents.get(name)),
    ...(isDeepStrictEqual(rest(pruned), rest(expected)) ? [] : ["the error, the features or the notes"]),
  ];
}

/** Returns a line with the response and metadata types of each method in the generated tables, sorted. */
export function emittedTypes(results: readonly Result[], { read }: ProtobufEsOutput): string[] {
  const entries = results.flatMap((result) => readTables(emittedFiles(result), read));
  return entries.map(({ rpc, response, metadata }) => `${rpc}: ${response}, ${metadata}`).sort();
}

/** Returns a line with the response and metadata types that each method's annotation names, sorted. */
export function annotatedTypes(methods: readonly AnnotatedMethod[]): string[] {
  return methods.map(({ name, response, metadata }) => `${name}: ${response.typeName}, ${metadata.typeName}`).sort();
}

/**
 * Compiles the generated files of some directories with the output of protoc-gen-es. Returns the compiler's output.
 */
export async function compileEmitted(
  compiler: string,
  target: "ts" | "dts",
  directories: readonly string[],
): Promise<string> {
  const { directory: imported } = await generateProtobufEs(annotatedIn(directories));
  const toGenerate = sources(files).filter(({ directory }) => directories.includes(directory));
  const emitted = mkdtempSync(join(root, ".cache/emitted-"));
  try {
    writeFiles(emitted, emittedFiles(generatePruned(toGenerate, `target=${target},import_extension=js`)));
    return await typeCheck(compiler, [emitted, imported], directories);
  } finally {
    rmSync(emitted, { recursive: true });
  }
}

/** Returns directories for which code is generated: the unusual ones, and others up to the count, evenly spread. */
export function sampleDirectories(count: number): string[] {
  const unusual = [
    ...notImported,
    "google/ads/googleads/v25/services", // nested metadata
    "google/cloud/functions/v2", // a message named Function
    "google/cloud/redis/v1", // metadata Any
    "google/cloud/run/v2", // response and metadata of one type
    "google/cloud/translate/v3", // a package unlike its directory
  ];
  const others = allDirectories.filter((name) => !unusual.includes(name));
  const step = others.length / (count - unusual.length);
  return [...unusual, ...others.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))];
}

/** Directories with annotated methods. */
export const allDirectories: readonly string[] = [...new Set(annotated.map(({ file }) => file.directory))].sort();

/** Directories with a file that refers to types of a file that it does not import. */
export const notImported: readonly string[] = [
  "google/appengine/v1",
  "google/appengine/v1beta",
  "google/cloud/automl/v1",
  "google/cloud/datalabeling/v1beta1",
  "google/cloud/dataproc/v1",
  "google/cloud/hypercomputecluster/v1alpha",
  "google/cloud/networkconnectivity/v1alpha1",
  "google/cloud/networksecurity/v1beta1",
  "google/cloud/notebooks/v1",
  "google/cloud/visionai/v1alpha1",
];
