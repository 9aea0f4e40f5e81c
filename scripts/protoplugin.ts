/*
 * The patches that the bundle applies to @bufbuild/protoplugin, which is therefore pinned to an exact version.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Plugin } from "esbuild";

const folder = "node_modules/@bufbuild/protoplugin/dist/esm";

/** A change to a module. The text to replace must occur exactly once in its source. */
interface Patch {
  readonly module: string;
  readonly replace: string;
  readonly by: string;
}

const patches: readonly Patch[] = [
  {
    // Prints each file a second time for transpilation. No issue exists in bufbuild/protobuf-es; its pull request 228
    // introduced this with transpilation.
    module: "create-es-plugin.js",
    replace: "tsFiles = schema.getFileInfo();",
    by: "",
  },
  {
    // Sorts imports with the locale of the machine, which is slow to load and makes the output depend on the machine. No
    // issue exists in bufbuild/protobuf-es.
    module: "generated-file.js",
    replace: "a.name.localeCompare(b.name)",
    by: "(a.name < b.name ? -1 : 1)",
  },
  {
    // Keeps the printed parts of all files until the end, which takes several times the memory of their text. This plugin
    // prints one file after the other. No issue exists in bufbuild/protobuf-es.
    module: "schema.js",
    replace: "generatedFiles.push(genFile);",
    by: `const previous = generatedFiles.pop()?.getFileInfo();
            if (previous !== undefined) generatedFiles.push({ getFileInfo: () => previous });
            generatedFiles.push(genFile);`,
  },
  {
    // Searches all files for each file to generate, three times. No issue exists in bufbuild/protobuf-es.
    module: "schema.js",
    replace:
      "request.fileToGenerate.filter((fileToGenerate) => !request.protoFile.find((f) => f.name === fileToGenerate));",
    by: `request.fileToGenerate.filter(function (name) { return !this.has(name) }, new Set(request.protoFile.map((f) => f.name)));
    const toGenerate = new Set(request.fileToGenerate);`,
  },
  {
    module: "schema.js",
    replace: "request.fileToGenerate.includes(file.name)",
    by: "toGenerate.has(file.name)",
  },
  {
    module: "schema.js",
    replace: "request.fileToGenerate.includes(file.proto.name)",
    by: "toGenerate.has(file.proto.name)",
  },
  {
    // Recomputes the names of all types in a proto file for each symbol imported from it. No issue exists in
    // bufbuild/protobuf-es.
    module: "names.js",
    replace: "function allNames(file) {",
    by: `const known = new WeakMap();
function allNames(file) {
  if (!known.has(file)) known.set(file, nameAll(file));
  return known.get(file);
}
function nameAll(file) {`,
  },
];

// protoplugin loads TypeScript at startup, in order to transpile for plugins that cannot print JavaScript. This dependency
// is intentional: bufbuild/protobuf-es, issue 524.
const stub = "scripts/no-typescript.ts";
const stubbed = ["typescript", "@typescript/vfs"];

/** Returns an esbuild plugin that applies the patches. The build fails unless each patch applies exactly once. */
export function patchProtoplugin(): Plugin {
  return {
    name: "patch-protoplugin",
    setup({ initialOptions, onLoad, onEnd }) {
      initialOptions.metafile = true;
      initialOptions.alias = Object.fromEntries(stubbed.map((name) => [name, `./${stub}`]));
      const patched: string[] = [];
      onLoad({ filter: /[\\/]protoplugin[\\/]dist[\\/]/ }, ({ path }) => {
        const name = relative(".", path).replaceAll("\\", "/");
        const found = patches.filter(({ module }) => name === `${folder}/${module}`);
        if (found.length === 0) {
          return undefined;
        }
        patched.push(...found.map(({ module }) => module));
        return { contents: found.reduce((source, patch) => apply(patch, source), readFileSync(path, "utf8")) };
      });
      onEnd(({ metafile }) => {
        const wanted = patches.map(({ module }) => module);
        deepEqual(
          patched.sort(),
          wanted.sort(),
          "each module of protoplugin must be patched exactly once: update the patches",
        );
        const inputs = Object.keys(metafile?.inputs ?? {});
        ok(inputs.includes(stub), "protoplugin no longer imports TypeScript: remove the stub");
        const stray = inputs.filter((path) => stubbed.some((name) => path.includes(`node_modules/${name}/`)));
        deepEqual(stray, [], "the bundle contains TypeScript: add the import to the stubbed modules");
      });
    },
  };
}

function apply({ module, replace, by }: Patch, source: string): string {
  const parts = source.split(replace);
  equal(
    parts.length - 1,
    1,
    `${replace} must occur exactly once in ${module} of protoplugin: check whether the patch is still needed`,
  );
  return parts.join(by);
}
