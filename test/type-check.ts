import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./repository.ts";
import { runTsc } from "./tsc.ts";

/**
 * Type-checks the generated files in some folders, with stricter flags than the default. The directories of the
 * generated files and of their imports are merged (`rootDirs`). Returns the beginning of the compiler's output.
 */
export async function typeCheck(
  compiler: string,
  directories: readonly [emitted: string, imported: string],
  folders: readonly string[],
): Promise<string> {
  const config = join(directories[0], `tsconfig.${compiler}.json`);
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "DOM", "DOM.Iterable"],
    module: "NodeNext",
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    isolatedDeclarations: true,
    declaration: true,
    noEmit: true,
    rootDirs: directories,
    paths: { "protoc-gen-ts-lro/codegenv1": [join(root, "dist/codegenv1.d.ts")] },
  };
  writeFileSync(
    config,
    JSON.stringify({
      compilerOptions,
      include: folders.flatMap((folder) => [`${folder}/*_lro.ts`, `${folder}/*_lro.d.ts`]),
    }),
  );
  return (await runTsc(config, compiler)).slice(0, 2000);
}
