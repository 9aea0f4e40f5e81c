/*
 * Builds dist/: the runtime as modules, pg-boss as one of them, and each plugin as one file. Then uses the plugin to generate the code for the
 * examples that is not checked in. Run with `npm run build`.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { build, type Plugin } from "esbuild";
import { generateGoogleExamples } from "./examples.ts";
import { bundlePgBoss } from "./pg-boss.ts";
import { patchProtoplugin } from "./protoplugin.ts";

/** The entry module of each plugin, by name. */
const plugins = {
  "protoc-gen-ts-lro": "src/plugin/bin.ts",
  "buf-plugin-lro": "src/check/bin.ts",
};

/** Bundles only the version of package.json. */
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
await bundlePgBoss("dist/engine");
await build({
  entryPoints: plugins,
  outdir: "dist/bin",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  // Parsing the bundle takes a large part of the time of a run, so make it small.
  minify: true,
  logLevel: "warning",
  plugins: [patchProtoplugin(), versionOnly],
});
for (const name of Object.keys(plugins)) {
  chmodSync(`dist/bin/${name}.cjs`, 0o755);
}
generateGoogleExamples();
