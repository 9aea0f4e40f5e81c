import { create } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  FileDescriptorProtoSchema,
  MethodDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { createDeclarationIndex } from "./declaration-index.js";
import { isLongRunning, operationInfo, standIn, visitMethods } from "./encoded-method.js";
import { decodePrunedFile } from "./prune-file.js";
import { candidateNames } from "./scope.js";
import { type Encoded, findText, textOf, visitEncoded } from "./wire.js";

/** A file of a request, of which only the head has been read. */
export interface EncodedFile {
  readonly encoded: Encoded;
  readonly name: string;
  readonly packageName: string;
  readonly imports: readonly string[];
  readonly services: readonly Encoded[];
}

const request = CodeGeneratorRequestSchema.field;
const file = FileDescriptorProtoSchema.field;
const service = ServiceDescriptorProtoSchema.field;
const method = MethodDescriptorProtoSchema.field;

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

  const index = createDeclarationIndex(files.values());
  const identifiers = new Map([...emitted].map((file) => [file, serviceNames(file)]));
  const names = [...emitted].flatMap((file) => [...referredNames(file), ...index.extendees(file)]);
  for (const name of names) {
    const file = index.find(name);
    if (file !== undefined) {
      if (!identifiers.has(file)) {
        identifiers.set(file, new Set());
        names.push(...index.extendees(file));
      }
      identifiers.get(file)?.add(identifierOf(name, file));
    }
  }
  const isKept = (name: string): boolean => identifiers.has(files.get(name) as EncodedFile);
  return create(CodeGeneratorRequestSchema, {
    parameter,
    // One that is missing stays, for the run to name it.
    fileToGenerate: [...toGenerate].filter((name) => isKept(name) || !files.has(name)),
    protoFile: [...files.values()].flatMap((file) => {
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
        const file = readHead(value);
        files.set(file.name, file);
        break;
      }
      case request.sourceFileDescriptors.number:
        sourceFiles.push(readHead(value));
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

function readHead(encoded: Encoded): EncodedFile {
  let name = "";
  let packageName = "";
  const imports: string[] = [];
  const services: Encoded[] = [];
  visitEncoded(encoded, (number, value) => {
    switch (number) {
      case file.name.number:
        name = textOf(value);
        break;
      case file.package.number:
        packageName = textOf(value);
        break;
      case file.dependency.number:
        imports.push(textOf(value));
        break;
      case file.service.number:
        services.push(value);
        break;
    }
  });
  return { encoded, name, packageName, imports, services };
}

function hasLongRunningMethod({ services }: EncodedFile): boolean {
  let found = false;
  for (const encodedService of services) {
    visitMethods(encodedService, (encodedMethod) => {
      found ||= isLongRunning(encodedMethod);
    });
  }
  return found;
}

/** Returns the full names that the long-running methods of a file refer to, or may refer to. */
function referredNames({ packageName, services }: EncodedFile): string[] {
  const names = [standIn];
  for (const encodedService of services) {
    const scope = [packageName, findText(encodedService, service.name.number)].filter((part) => part !== "").join(".");
    visitMethods(encodedService, (encodedMethod) => {
      if (isLongRunning(encodedMethod)) {
        const { inputType, outputType } = method;
        const types = [findText(encodedMethod, inputType.number), findText(encodedMethod, outputType.number)];
        visitEncoded(operationInfo(encodedMethod), (_, type) => void types.push(textOf(type)));
        names.push(...types.flatMap((type) => candidateNames(type, scope)));
      }
    });
  }
  return names;
}

function serviceNames({ services }: EncodedFile): Set<string> {
  return new Set(services.map((encodedService) => findText(encodedService, service.name.number)));
}
