/*
 * Builds dist/: the runtime as modules, pg-boss as one of them, and each plugin as one file. Then uses the plugin to generate the code for the
 * examples that is not checked in. Run with `npm run build`.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** The module that the plugins load only if the user names a service YAML file. Its YAML parser is a third of a plugin. */
const serviceYaml = "service-yaml";

const serviceYamlApart: Plugin = {
  name: "service-yaml-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/parse-service-yaml\.ts$/ }, ({ kind }) =>
      kind === "require-call" ? { path: `./${serviceYaml}.cjs`, external: true } : undefined,
    );
  },
};

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
await bundlePgBoss("dist/engine");
await build({
  entryPoints: { ...plugins, [serviceYaml]: "src/descriptor/service-yaml/parse-service-yaml.ts" },
  outdir: "dist/bin",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  // Parsing the bundle takes a large part of the time of a run, so make it small.
  minify: true,
  logLevel: "warning",
  plugins: [patchProtoplugin(), versionOnly, serviceYamlApart],
});
for (const name of Object.keys(plugins)) {
  const path = `dist/bin/${name}.cjs`;
  writeFileSync(path, `#!/usr/bin/env node\n${readFileSync(path, "utf8")}`);
  chmodSync(path, 0o755);
}
generateGoogleExamples();
