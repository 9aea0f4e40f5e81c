/*
 * Builds dist/: the runtime as modules, and the plugin as one file. `npm run build`
 */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { build, type Plugin } from "esbuild";

/**
 * protoplugin loads TypeScript at start-up, for plugins that have no printers for JavaScript of their own. Ours has.
 */
const withoutTypeScript: Plugin = {
  name: "without-typescript",
  setup({ onLoad }) {
    onLoad({ filter: /protoplugin[\\/]dist[\\/]\w+[\\/]transpile\.js$/ }, () => ({
      contents: 'export function transpile() { throw new Error("every target has a printer of its own"); }',
    }));
  },
};

rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
await build({
  entryPoints: { "protoc-gen-ts-lro": "src/plugin/bin.ts" },
  outdir: "dist/bin",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  banner: { js: "#!/usr/bin/env node" },
  // Parsing is a good part of a run's time.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
  logLevel: "warning",
  plugins: [withoutTypeScript],
});
chmodSync("dist/bin/protoc-gen-ts-lro.cjs", 0o755);
