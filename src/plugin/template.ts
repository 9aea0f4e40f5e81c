import type { DescFile } from "@bufbuild/protobuf";
import { parentTypes } from "@bufbuild/protobuf/reflect";
import type { GeneratedFile, ImportSymbol, Target } from "@bufbuild/protoplugin";
import type { NamedMethod, NamedService } from "./names.ts";

/** A file of `templates/`, compiled: a printer for each target. */
export type Template = Readonly<Record<Target, Printer>>;

/** Prints the code of a template for a service. */
export type Printer = (f: GeneratedFile, service: NamedService) => void;

/** Prints a template's own doc comment, and says so where its subject is deprecated. */
export function printDocs(
  f: GeneratedFile,
  text: string,
  { desc }: NamedService | NamedMethod,
  indentation = "",
): void {
  const deprecated = [desc, ...parentTypes(desc)].some((parent) => parent.deprecated);
  f.print(f.jsDoc(deprecated ? `${text}\n\n@deprecated` : text, indentation));
}

/** Prints how to poll the operations of a method. */
export function printPolling({ polling = {} }: NamedMethod): string {
  const options = Object.entries(polling).map(([name, value]) => `${name}: ${value}`);
  return `{ ${options.join(", ")} }`;
}

/** Prints a global such as `Omit`, so that nothing imported into the file takes its name. */
export function globalName(f: GeneratedFile, name: string, { desc }: NamedService): ImportSymbol {
  return f.import(name, `./${emittedFileName(desc.file)}.js`);
}

/** Returns the name of the file that is emitted for a proto file, without its extension. */
export function emittedFileName(file: DescFile): string {
  return `${file.name}_lro`;
}
