import { DescriptorProtoSchema, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { isMapEntry } from "../../descriptor/map-entry.ts";
import { type Encoded, findText, visitEncoded } from "../../descriptor/wire.ts";
import type { EncodedFile } from "./encoded-file.ts";

const file = FileDescriptorProtoSchema.field;
const message = DescriptorProtoSchema.field;

/** Returns the file that declares each of the given names: messages, enums, extensions, and services by full name. */
export function findDeclarations(files: Iterable<EncodedFile>, names: ReadonlySet<string>): Map<string, EncodedFile> {
  const found = new Map<string, EncodedFile>();
  const packages = enclosingScopes(names);
  for (const encodedFile of files) {
    if (packages.has(encodedFile.packageName)) {
      visitDeclarations(encodedFile, (name) => {
        if (names.has(name)) {
          found.set(name, encodedFile);
        }
      });
    }
  }
  return found;
}

/** Returns every possible package of the types: `a.b`, `a`, and the empty package for `a.b.C`. */
function enclosingScopes(names: Iterable<string>): Set<string> {
  const scopes = new Set([""]);
  for (const name of names) {
    let scope = name;
    do {
      scope = scope.slice(0, Math.max(0, scope.lastIndexOf(".")));
      // If a scope was added before, so were its enclosing scopes.
    } while (!scopes.has(scope) && scopes.add(scope));
  }
  return scopes;
}

/** Visits the messages of a file by full name. */
export function visitMessages(encodedFile: EncodedFile, visit: (name: string) => void): void {
  visitDeclarations(encodedFile, (name, value, isMessage) => {
    if (isMessage && !isMapEntry(value)) {
      visit(name);
    }
  });
}

/** Visits the messages, enums, extensions, and services of a file by full name. */
function visitDeclarations(
  { encoded, packageName }: EncodedFile,
  visit: (name: string, value: Encoded, isMessage: boolean) => void,
): void {
  const visitIn = (parent: Encoded, { messageType, others }: Declarations, scope: string): void =>
    visitEncoded(parent, (number, value) => {
      const isMessage = number === messageType;
      if (isMessage || others.includes(number)) {
        const name = scope + findText(value, message.name.number);
        visit(name, value, isMessage);
        if (isMessage) {
          visitIn(value, inMessage, `${name}.`);
        }
      }
    });
  visitIn(encoded, inFile, packageName === "" ? "" : `${packageName}.`);
}

/** The numbers of the fields that contain declarations. The name is field 1 in all declarations. */
interface Declarations {
  readonly messageType: number;
  readonly others: readonly number[];
}

const inFile: Declarations = {
  messageType: file.messageType.number,
  others: [file.enumType.number, file.extension.number, file.service.number],
};
const inMessage: Declarations = {
  messageType: message.nestedType.number,
  others: [message.enumType.number, message.extension.number],
};
