import type { Schema, Target } from "@bufbuild/protoplugin";
import { nameServices } from "./names.ts";
import type { Options, Part } from "./options.ts";
import { rememberSymbols } from "./remember-symbols.ts";
import type { ResolvedService } from "./resolve.ts";
import { emittedFileName, type Template } from "./template.ts";
import { clientTemplate, serverTemplate, serviceTemplate, stubTemplate, unpackTemplate } from "./templates.gen.ts";

/** The templates of each part, in the order in which they are printed. */
const templatesOf: Readonly<Record<Part, readonly Template[]>> = {
  client: [clientTemplate],
  unpack: [unpackTemplate],
  server: [serverTemplate, stubTemplate],
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
  for (const file of schema.files) {
    const f = rememberSymbols(schema.generateFile(`${emittedFileName(file)}.${target === "dts" ? "d.ts" : target}`));
    f.preamble(file);
    for (const service of nameServices(servicesByFile.get(file) ?? [], declarations)) {
      for (const template of templates) {
        template[target](f, service);
      }
    }
  }
}
