import { DescriptorProtoSchema, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type Encoded, findText, visitEncoded } from "../../descriptor/wire.ts";
import type { EncodedFile } from "./encoded-file.ts";

const file = FileDescriptorProtoSchema.field;
const message = DescriptorProtoSchema.field;

/** Returns the file that declares each of the given messages and enums, by full name. */
export function findDeclarations(files: Iterable<EncodedFile>, names: ReadonlySet<string>): Map<string, EncodedFile> {
  const found = new Map<string, EncodedFile>();
  const packages = enclosingScopes(names);
  for (const encodedFile of files) {
    if (packages.has(encodedFile.packageName)) {
      visitTypes(encodedFile, (name) => {
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

/** Visits the messages and enums of a file by full name. */
function visitTypes({ encoded, packageName }: EncodedFile, visit: (name: string) => void): void {
  const visitIn = (parent: Encoded, messageField: number, enumField: number, scope: string): void =>
    visitEncoded(parent, (number, value) => {
      if (number === messageField || number === enumField) {
        const name = scope + findText(value, message.name.number);
        visit(name);
        if (number === messageField) {
          visitIn(value, message.nestedType.number, message.enumType.number, `${name}.`);
        }
      }
    });
  visitIn(encoded, file.messageType.number, file.enumType.number, packageName === "" ? "" : `${packageName}.`);
}
