/*
 * Builds dist/: the runtime as modules, each plugin as one file. Then generates with it what examples need and what is
 * not checked in. `npm run build`
 */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { build, type Plugin } from "esbuild";
import { generateGoogleExamples } from "./examples.ts";
import { patchProtoplugin } from "./protoplugin.ts";

/** The plugins by name, and the module that each starts with. */
const plugins = {
  "protoc-gen-ts-lro": "src/plugin/bin.ts",
  "buf-plugin-lro": "src/check/bin.ts",
};

/** Of package.json, only the version goes into a bundle. */
const versionOnly: Plugin = {
  name: "version-only",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) => {
      const { version }: { version: string } = JSON.parse(readFileSync(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

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
  plugins: [patchProtoplugin(), versionOnly],
});
for (const name of Object.keys(plugins)) {
  chmodSync(`dist/bin/${name}.cjs`, 0o755);
}
generateGoogleExamples();
