import { create } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { findDeclarations } from "./declarations.ts";
import { type EncodedFile, hasLongRunningMethod, referredNames, serviceNames } from "./encoded-file.ts";
import type { EncodedRequest } from "./encoded-request.ts";
import { decodePrunedFile } from "./pruned-file.ts";
import { createStandInFile } from "./stand-in.ts";

/**
 * Decodes only the parts of a CodeGeneratorRequest that this plugin needs: the services of files with long-running
 * methods, and the names of the types that they refer to. The generated code is the same as for the full request, but
 * decoding the full request would take most of the time and memory of a run.
 *
 * @throws Error if a file is not an encoded FileDescriptorProto.
 */
export function decodePrunedRequest({ files, toGenerate, parameter }: EncodedRequest): CodeGeneratorRequest {
  const isEmitted = parameter.includes("keep_empty_files") ? () => true : hasLongRunningMethod;
  const emitted = new Set([...toGenerate].flatMap((name) => files.get(name) ?? []).filter(isEmitted));

  const identifiers = new Map([...emitted].map((file) => [file, serviceNames(file)]));
  const references = new Map([...emitted].map((file) => [file, referredNames(file)]));
  const declarations = findDeclarations(files.values(), new Set([...references.values()].flat(2)));
  for (const [name, file] of declarations) {
    identifiers.set(file, (identifiers.get(file) ?? new Set()).add(identifierOf(name, file)));
  }
  const isKept = (name: string): boolean => identifiers.has(files.get(name) as EncodedFile);
  return create(CodeGeneratorRequestSchema, {
    parameter,
    // Keep the names of missing files, so that protoplugin reports them.
    fileToGenerate: [...toGenerate].filter((name) => isKept(name) || !files.has(name)),
    protoFile: [
      createStandInFile(),
      ...[...files.values()].flatMap((file) => {
        const declared = identifiers.get(file);
        return declared === undefined
          ? []
          : decodePrunedFile(file.encoded, {
              declares: clashesWith(declared),
              imports: decidingImports(file, references.get(file) ?? [], declarations, files),
              services: emitted.has(file),
            });
      }),
    ],
  });
}

/**
 * Returns the direct and indirect imports that decide which declaration a name refers to. If only one declaration has one
 * of the names that a name might resolve to, imports do not matter. Intermediate files are dropped, so indirect imports
 * become direct ones.
 */
function decidingImports(
  file: EncodedFile,
  references: readonly string[][],
  declarations: ReadonlyMap<string, EncodedFile>,
  files: ReadonlyMap<string, EncodedFile>,
): string[] {
  const ambiguous = references
    .map((names) => names.flatMap((name) => declarations.get(name)?.name ?? []))
    .filter((declaring) => declaring.length > 1);
  const wanted = new Set(ambiguous.flat());
  return wanted.size === 0 ? [] : importClosure(file, files).filter((name) => wanted.has(name));
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

/** Returns whether a declaration can clash with the TypeScript names of kept types. Each message also has a `…Schema`. */
function clashesWith(identifiers: ReadonlySet<string>): (identifier: string) => boolean {
  return (identifier) =>
    identifiers.has(identifier) ||
    identifiers.has(`${identifier}Schema`) ||
    (identifier.endsWith("Schema") && identifiers.has(identifier.slice(0, -"Schema".length)));
}

/** Returns the name that protoc-gen-es gives a type unless it clashes with another declaration. */
function identifierOf(typeName: string, { packageName }: EncodedFile): string {
  return typeName.slice(packageName === "" ? 0 : packageName.length + 1).replaceAll(".", "_");
}
