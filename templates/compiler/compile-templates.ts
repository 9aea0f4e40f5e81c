/*
 * Compiles templates/*.ts into the printers of src/plugin/templates.gen.ts. See templates/placeholders.ts for how to write a
 * template.
 */
import { fileURLToPath } from "node:url";
import { Project, type SourceFile } from "ts-morph";
import { readPlaceholders } from "./placeholders.ts";
import { compilePrinter, indent } from "./printer.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Returns the source of src/plugin/templates.gen.ts.
 *
 * @param changed Template source by file name, to use instead of the file's content.
 * @throws Error that names the file and the line if a template does not type-check or cannot be compiled.
 */
export function compileTemplates(changed: Readonly<Record<string, string>> = {}): string {
  const project = new Project({ tsConfigFilePath: `${root}tsconfig.json`, skipAddingFilesFromTsConfig: true });
  // The JavaScript output is parsed again, which requires allowJs. TypeScript rejects allowJs with isolatedDeclarations.
  project.compilerOptions.set({ allowJs: true, isolatedDeclarations: false, noEmit: false });
  const templates = project
    .addSourceFilesAtPaths(`${root}templates/*.ts`)
    .filter((file) => file.getBaseName() !== "placeholders.ts");
  for (const [name, text] of Object.entries(changed)) {
    project.getSourceFileOrThrow(`${root}templates/${name}`).replaceWithText(text);
  }
  const placeholders = readPlaceholders(project.getSourceFileOrThrow(`${root}templates/placeholders.ts`));
  const errors = templates.flatMap((file) => file.getPreEmitDiagnostics());
  if (errors.length > 0) {
    throw new Error(project.formatDiagnosticsWithColorAndContext(errors));
  }
  const emitted = new Map<string, string>(
    project
      .emitToMemory()
      .getFiles()
      .map(({ filePath, text }) => [filePath, text]),
  );

  const compileTemplate = (template: SourceFile): string => {
    const path = template.getFilePath();
    const variant = (extension: string): SourceFile => {
      const text = emitted.get(path.replace(/\.ts$/, extension)) ?? "";
      // In the folder of the template, so that imports resolve to the same declarations.
      const file = project.createSourceFile(path.replace(/\.ts$/, `.emitted${extension}`), text);
      // TypeScript indents with four spaces, protoc-gen-es with two.
      file.formatText({ indentSize: 2 });
      return file;
    };
    const printer = (target: string, file: SourceFile): string =>
      [`${target}(f, service) {`, ...indent(compilePrinter(file, placeholders), 4), "  },"].join("\n");
    return `
/** Compiled from templates/${template.getBaseName()}. */
export const ${template.getBaseNameWithoutExtension()}Template: template.Template = {
  ${printer("ts", template)}
  ${printer("js", variant(".js"))}
  ${printer("dts", variant(".d.ts"))}
};
`;
  };
  return `// Compiled from templates/ by \`npm run generate\`. Do not edit.
import * as template from "./template.ts";
${templates.map(compileTemplate).join("")}`;
}
