/*
 * What is changed in @bufbuild/protoplugin where it is bundled. It is pinned to an exact version for this.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Plugin } from "esbuild";

const folder = "node_modules/@bufbuild/protoplugin/dist/esm";

/** A change to a module, in whose source the text to replace stands once. */
interface Patch {
  readonly module: string;
  readonly replace: string;
  readonly by: string;
}

const patches: readonly Patch[] = [
  {
    // It prints every file once more, to have it transpiled. bufbuild/protobuf-es has no issue about it; it came with
    // transpiling, in its pull request 228.
    module: "create-es-plugin.js",
    replace: "tsFiles = schema.getFileInfo();",
    by: "",
  },
  {
    // It sorts imports as the language of the machine has it, which takes long to load, and gives other code elsewhere.
    // bufbuild/protobuf-es has no issue about it.
    module: "generated-file.js",
    replace: "a.name.localeCompare(b.name)",
    by: "(a.name < b.name ? -1 : 1)",
  },
  {
    // It names all types of a proto file anew for each symbol that is imported from there. bufbuild/protobuf-es has no
    // issue about it.
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

// protoplugin loads TypeScript when it starts, to transpile for plugins without printers of their own for JavaScript. That
// it depends on TypeScript is meant so: bufbuild/protobuf-es, issue 524.
const stub = "scripts/no-typescript.ts";
const stubbed = ["typescript", "@typescript/vfs"];

/** Bundles protoplugin with the changes. The build fails where one of them is not applied exactly where it belongs. */
export function patchProtoplugin(): Plugin {
  return {
    name: "patch-protoplugin",
    setup({ initialOptions, onLoad, onEnd }) {
      initialOptions.metafile = true;
      initialOptions.alias = Object.fromEntries(stubbed.map((name) => [name, `./${stub}`]));
      const patched: string[] = [];
      onLoad({ filter: /[\\/]protoplugin[\\/]dist[\\/]/ }, ({ path }) => {
        const name = relative(".", path).replaceAll("\\", "/");
        const patch = patches.find(({ module }) => name === `${folder}/${module}`);
        if (patch === undefined) {
          return undefined;
        }
        patched.push(patch.module);
        return { contents: apply(patch, readFileSync(path, "utf8")) };
      });
      onEnd(({ metafile }) => {
        const wanted = patches.map(({ module }) => module);
        deepEqual(patched.sort(), wanted.sort(), "not each module of protoplugin was patched, and once");
        const inputs = Object.keys(metafile?.inputs ?? {});
        ok(inputs.includes(stub), "protoplugin does not import TypeScript any more: remove the stub");
        const stray = inputs.filter((path) => stubbed.some((name) => path.includes(`node_modules/${name}/`)));
        deepEqual(stray, [], "TypeScript is in the bundle");
      });
    },
  };
}

function apply({ module, replace, by }: Patch, source: string): string {
  const parts = source.split(replace);
  equal(
    parts.length - 1,
    1,
    `${replace} does not stand once in ${module} of protoplugin: look whether it needs the patch`,
  );
  return parts.join(by);
}
