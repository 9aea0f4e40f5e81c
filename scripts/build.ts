/*
 * Builds dist/: the runtime as modules, each plugin as one file. `npm run build`
 */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { build, type Plugin } from "esbuild";

/** The plugins by name, and the module that each starts with. */
const plugins = {
  "protoc-gen-ts-lro": "src/plugin/bin.ts",
  "buf-plugin-lro": "src/check/bin.ts",
};

/** Changes the source of a module of protoplugin, which is pinned to an exact version for this. */
function rewrite(module: string, change: (source: string) => string): Plugin {
  return {
    name: `rewrite-${module}`,
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`protoplugin[\\\\/]dist[\\\\/]\\w+[\\\\/]${module}\\.js$`) }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const contents = change(source);
        if (contents === source) {
          throw new Error(`there is nothing to change any more in ${path}`);
        }
        return { contents };
      });
    },
  };
}

/** It loads TypeScript at start-up, for plugins without printers for JavaScript of their own. Ours has them. */
const withoutTypeScript = rewrite(
  "transpile",
  () => 'export function transpile() { throw new Error("every target has a printer of its own"); }',
);

/** It prints every file once more, to have it transpiled. */
const withoutSecondPrint = rewrite("create-es-plugin", (source) =>
  source.replace("tsFiles = schema.getFileInfo();", ""),
);

/** It sorts imports as the language of the machine has it, which takes long to load, and gives other code elsewhere. */
const sortByCodeUnits = rewrite("generated-file", (source) =>
  source.replace("a.name.localeCompare(b.name)", "(a.name < b.name ? -1 : 1)"),
);

/** It names all types of a proto file anew for each symbol that is imported from there. */
const rememberNames = rewrite("names", (source) =>
  source.replace(
    "function allNames(file) {",
    `const known = new WeakMap();
function allNames(file) {
  if (!known.has(file)) known.set(file, nameAll(file));
  return known.get(file);
}
function nameAll(file) {`,
  ),
);

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
await build({
  entryPoints: plugins,
  outdir: "dist/bin",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  // Parsing it is a good part of the time of a run.
  minify: true,
  logLevel: "warning",
  plugins: [withoutTypeScript, withoutSecondPrint, sortByCodeUnits, rememberNames],
});
for (const name of Object.keys(plugins)) {
  chmodSync(`dist/bin/${name}.cjs`, 0o755);
}
