import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { findTextInPrefix, textOf, visitEncoded } from "../../descriptor/wire.ts";
import { type EncodedFile, readFile } from "./encoded-file.ts";

/** A CodeGeneratorRequest. Its files have been located; nothing in them is decoded. */
export interface EncodedRequest {
  /** The files by name, in the order of the request. */
  readonly files: ReadonlyMap<string, EncodedFile>;
  readonly toGenerate: ReadonlySet<string>;
  readonly parameter: string;
}

const request = CodeGeneratorRequestSchema.field;

/** Returns the parameter of a request of which only the first bytes are known. `undefined` if they do not contain it. */
export function findParameter(prefix: Uint8Array): string | undefined {
  return findTextInPrefix(prefix, request.parameter.number);
}

/**
 * Locates the files in an encoded CodeGeneratorRequest.
 *
 * @throws Error if the bytes are not a request.
 */
export function readRequest(bytes: Uint8Array): EncodedRequest {
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
  // Like protoplugin, prefer source files: only they have options with source retention.
  for (const file of sourceFiles) {
    if (files.has(file.name)) {
      files.set(file.name, file);
    }
  }
  return { files, toGenerate, parameter };
}
