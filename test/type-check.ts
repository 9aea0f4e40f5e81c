import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./repository.ts";

/**
 * Type-checks the emitted files in some folders with flags that are stricter than the default. Both directories, the one
 * of the emitted files and the one of those that they import, are seen as one. Returns what the compiler says first.
 */
export function typeCheck(
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
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, "node_modules", compiler, "bin/tsc"), "-p", config],
      { maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => resolve((stdout + stderr || (error?.message ?? "")).slice(0, 2000)),
    );
  });
}
