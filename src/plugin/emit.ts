import type { AnyDesc } from "@bufbuild/protobuf";
import type { GeneratedFile, ImportSymbol, Schema, Target } from "@bufbuild/protoplugin";
import { clientTemplate, serviceTemplate, stubTemplate, unpackTemplate } from "../gen/templates.js";
import { nameServices } from "./names.js";
import type { Options, Part } from "./options.js";
import type { ResolvedService } from "./resolve.js";
import { emittedFileName, type Template } from "./template.js";

/** The templates of each part, in the order in which they are printed. */
const templatesOf: Readonly<Record<Part, readonly Template[]>> = {
  client: [clientTemplate],
  unpack: [unpackTemplate],
  server: [stubTemplate],
};

/** Emits a file for each proto file that has long-running methods. */
export function emit(
  schema: Schema<Options>,
  target: Target,
  servicesByFile: ReadonlyMap<Schema["files"][number], readonly ResolvedService[]>,
): void {
  const chosen = Object.entries(templatesOf).filter(([part]) => schema.options.emit.includes(part as Part));
  const templates = [serviceTemplate, ...chosen.flatMap(([, templates]) => templates)];
  const declarations = {
    service: templates.flatMap((template) => template.declarations.service),
    method: templates.flatMap((template) => template.declarations.method),
  };
  const symbols: Symbols = { schemas: new Map(), shapes: new Map() };
  for (const file of schema.files) {
    const generated = schema.generateFile(`${emittedFileName(file)}.${target === "dts" ? "d.ts" : target}`);
    generated.preamble(file);
    const f = rememberSymbols(generated, symbols);
    for (const service of nameServices(servicesByFile.get(file) ?? [], declarations)) {
      for (const template of templates) {
        template[target](f, service);
      }
    }
  }
}

interface Symbols {
  readonly schemas: Map<AnyDesc, ImportSymbol>;
  readonly shapes: Map<AnyDesc, ImportSymbol>;
}

/** protoplugin names every type of a proto file anew each time it is asked for the symbol of one. */
function rememberSymbols(f: GeneratedFile, { schemas, shapes }: Symbols): GeneratedFile {
  return {
    ...f,
    importSchema(desc, typeOnly = false) {
      const symbol = schemas.get(desc) ?? f.importSchema(desc);
      schemas.set(desc, symbol);
      return typeOnly ? symbol.toTypeOnly() : symbol;
    },
    importShape(desc) {
      const symbol = shapes.get(desc) ?? f.importShape(desc);
      shapes.set(desc, symbol);
      return symbol;
    },
  };
}
