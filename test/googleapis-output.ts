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
import { encodeRequest, googleapis, importClosure, type ProtoFile, sources } from "./googleapis.ts";
import { type LongRunningMethod, readLongRunningMethods } from "./long-running-methods.ts";
import { type ProtobufEsOutput, protobufEsOutput, writeFiles } from "./protobuf-es.ts";
import { root } from "./repository.ts";
import { noYaml } from "./run-plugin.ts";
import { typeCheck } from "./type-check.ts";

export const files: Map<string, ProtoFile> = await googleapis();
export const methods: readonly LongRunningMethod[] = readLongRunningMethods(files);

/** The methods with google.longrunning.operation_info. */
export const annotated: readonly (Omit<LongRunningMethod, "types"> & NonNullable<LongRunningMethod["types"]>)[] =
  methods.flatMap(({ types, ...method }) => (types === undefined ? [] : { ...method, ...types }));

/** Generates the protoc-gen-es files that the plugin's output imports. This is the slowest step in this module. */
export function generateProtobufEs(): Promise<ProtobufEsOutput> {
  const imported = annotated.flatMap(({ file, response, metadata }) => [file, response.file, metadata.file]);
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
export function pruningDifferences(parameter: string): string[] {
  const pruned = generatePruned(sources(files), parameter);
  const request = encodeRequest(sources(files), files, parameter);
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

/** Compiles the generated files with the output of protoc-gen-es. Returns the compiler's output. */
export async function compileEmitted(
  compiler: string,
  target: "ts" | "dts",
  folders: readonly string[],
): Promise<string> {
  const { directory: imported } = await generateProtobufEs();
  const directory = mkdtempSync(join(root, ".cache/emitted-"));
  try {
    writeFiles(directory, emittedFiles(generatePruned(sources(files), `target=${target},import_extension=js`)));
    return await typeCheck(compiler, [directory, imported], folders);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

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
