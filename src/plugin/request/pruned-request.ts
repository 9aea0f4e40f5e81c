import { create } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { textOf, visitEncoded } from "../../descriptor/wire.ts";
import { findDeclarations } from "./declarations.ts";
import { type EncodedFile, hasLongRunningMethod, readFile, referredNames, serviceNames } from "./encoded-file.ts";
import { decodePrunedFile } from "./pruned-file.ts";
import { createStandInFile } from "./stand-in.ts";

const request = CodeGeneratorRequestSchema.field;

/**
 * Decodes of a CodeGeneratorRequest what matters to this plugin: the services of the files to generate that have
 * long-running methods, and the names of what is declared in the files that those refer to. The code generated for it is
 * the same as for the whole request, which would take most of a run's time and memory to decode.
 *
 * @throws Error if the bytes are not a request.
 */
export function decodePrunedRequest(bytes: Uint8Array): CodeGeneratorRequest {
  const { files, toGenerate, parameter } = readRequest(bytes);
  const isEmitted = parameter.includes("keep_empty_files") ? () => true : hasLongRunningMethod;
  const emitted = new Set([...toGenerate].flatMap((name) => files.get(name) ?? []).filter(isEmitted));

  const identifiers = new Map([...emitted].map((file) => [file, serviceNames(file)]));
  const names = new Set([...emitted].flatMap(referredNames));
  for (const [name, file] of findDeclarations(files.values(), names)) {
    identifiers.set(file, (identifiers.get(file) ?? new Set()).add(identifierOf(name, file)));
  }
  const isKept = (name: string): boolean => identifiers.has(files.get(name) as EncodedFile);
  return create(CodeGeneratorRequestSchema, {
    parameter,
    // One that is missing stays, for the run to name it.
    fileToGenerate: [...toGenerate].filter((name) => isKept(name) || !files.has(name)),
    protoFile: [
      createStandInFile(),
      ...[...files.values()].flatMap((file) => {
        const declared = identifiers.get(file);
        return declared === undefined
          ? []
          : decodePrunedFile(file.encoded, {
              declares: clashesWith(declared),
              // What stands between a file and what it imports indirectly is not kept.
              imports: emitted.has(file) ? importClosure(file, files).filter(isKept) : [],
              services: emitted.has(file),
            });
      }),
    ],
  });
}

function importClosure(file: EncodedFile, files: ReadonlyMap<string, EncodedFile>): string[] {
  const closure = new Set(file.imports);
  for (const name of closure) {
    for (const next of files.get(name)?.imports ?? []) {
      closure.add(next);
    }
  }
  return [...closure];
}

/** Says whether protoc-gen-es may name a declaration differently because of another: a message also gets a schema. */
function clashesWith(identifiers: ReadonlySet<string>): (identifier: string) => boolean {
  return (identifier) =>
    identifiers.has(identifier) ||
    identifiers.has(`${identifier}Schema`) ||
    (identifier.endsWith("Schema") && identifiers.has(identifier.slice(0, -"Schema".length)));
}

/** Returns the name that protoc-gen-es gives a type where nothing clashes. */
function identifierOf(typeName: string, { packageName }: EncodedFile): string {
  return typeName.slice(packageName === "" ? 0 : packageName.length + 1).replaceAll(".", "_");
}

function readRequest(bytes: Uint8Array): {
  files: Map<string, EncodedFile>;
  toGenerate: Set<string>;
  parameter: string;
} {
  const toGenerate = new Set<string>();
  const files = new Map<string, EncodedFile>();
  const sourceFiles: EncodedFile[] = [];
  let parameter = "";
  visitEncoded({ buffer: bytes, start: 0, end: bytes.length }, (number, value) => {
    switch (number) {
      case request.fileToGenerate.number:
        toGenerate.add(textOf(value));
        break;
      case request.parameter.number:
        parameter = textOf(value);
        break;
      case request.protoFile.number: {
        const file = readFile(value);
        files.set(file.name, file);
        break;
      }
      case request.sourceFileDescriptors.number:
        sourceFiles.push(readFile(value));
        break;
    }
  });
  // As protoplugin does, so that options with source retention are seen.
  for (const file of sourceFiles) {
    if (files.has(file.name)) {
      files.set(file.name, file);
    }
  }
  return { files, toGenerate, parameter };
}
