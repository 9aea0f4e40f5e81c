import type { Schema, Target } from "@bufbuild/protoplugin";
import { isThen, type NamedService, nameService } from "./names.ts";
import type { Options, Part } from "./options.ts";
import { rememberSymbols } from "./remember-symbols.ts";
import type { ResolvedService } from "./resolve.ts";
import { emittedFileName, type Template } from "./template.ts";
import {
  clientTemplate,
  implementationTemplate,
  serverTemplate,
  serviceTemplate,
  thenableTemplate,
  unpackTemplate,
} from "./templates.gen.ts";

/** The templates of each part, in the order in which they are printed. */
const templatesOf: Readonly<Record<Part, (service: NamedService) => readonly Template[]>> = {
  client: ({ desc }) => [desc.methods.some(isThen) ? thenableTemplate : clientTemplate],
  unpack: () => [unpackTemplate],
  server: () => [serverTemplate, implementationTemplate],
};

/** Generates a file for each proto file that has long-running methods. */
export function emit(
  schema: Schema<Options>,
  target: Target,
  servicesByFile: ReadonlyMap<Schema["files"][number], readonly ResolvedService[]>,
): void {
  const chosen = Object.entries(templatesOf).filter(([part]) => schema.options.emit.includes(part as Part));
  for (const file of schema.files) {
    const f = rememberSymbols(schema.generateFile(`${emittedFileName(file)}.${target === "dts" ? "d.ts" : target}`));
    f.preamble(file);
    for (const service of (servicesByFile.get(file) ?? []).map(nameService)) {
      const templates = chosen.flatMap(([, templates]) => templates(service));
      for (const template of [serviceTemplate, ...templates]) {
        template[target](f, service);
      }
    }
  }
}
