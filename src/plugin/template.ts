import type { DescFile } from "@bufbuild/protobuf";
import { parentTypes } from "@bufbuild/protobuf/reflect";
import type { GeneratedFile, ImportSymbol, Printable, Target } from "@bufbuild/protoplugin";
import { isThen, type NamedMethod, type NamedService } from "./names.ts";

/** A file of `templates/`, compiled: a printer for each target. */
export type Template = Readonly<Record<Target, Printer>>;

/** Prints the code of a template for a service. */
export type Printer = (f: GeneratedFile, service: NamedService) => void;

/** Prints a doc comment of a template, with `@deprecated` if the service or method is deprecated. */
export function printDocs(
  f: GeneratedFile,
  text: string,
  { desc }: NamedService | NamedMethod,
  indentation = "",
): void {
  const deprecated = [desc, ...parentTypes(desc)].some((parent) => parent.deprecated);
  f.print(f.jsDoc(deprecated ? `${text}\n\n@deprecated` : text, indentation));
}

/** Returns the name of a method in clients that must not be thenable. */
export function callName({ desc }: NamedMethod): string {
  return isThen(desc) ? `${desc.localName}$` : desc.localName;
}

/** Prints the type of the plain method of a client that is named then. */
export function printPlainThen(f: GeneratedFile, { desc }: NamedService): Printable {
  return [f.import("Client", "@connectrpc/connect", true), "<typeof ", f.importSchema(desc, true), '>["then"]'];
}

/** Prints the polling settings of a method. */
export function printPolling({ polling = {} }: NamedMethod): string {
  const options = Object.entries(polling).map(([name, value]) => `${name}: ${value}`);
  return `{ ${options.join(", ")} }`;
}

/** Prints a global such as `Omit`, so that imports with the same name are renamed. */
export function globalName(f: GeneratedFile, name: string, { desc }: NamedService): ImportSymbol {
  return f.import(name, `./${emittedFileName(desc.file)}.js`);
}

/** Returns the name of the file generated for a proto file, without its extension. */
export function emittedFileName(file: DescFile): string {
  return `${file.name}_lro`;
}
