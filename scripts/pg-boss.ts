/*
 * Bundles pg-boss into the engine, so that the package conflicts with no other version of pg-boss in a program. To
 * upgrade pg-boss, run `npm install --save-dev --save-exact pg-boss@VERSION`.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** The packages in the bundle. NOTICE contains their licenses. */
export const bundled: readonly string[] = ["non-error", "pg-boss", "serialize-error"];

/**
 * Packages that pg-boss needs only for features that the engine does not use: schedules, and connections of its own, in
 * place of which the engine passes connections to it.
 */
const unused = ["cron-parser", "pg", "rrule-temporal"];

const stubUnused: Plugin = {
  name: "stub-unused",
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(?:${unused.join("|")})$`);
    onResolve({ filter }, ({ path }) => ({ path, namespace: "stub" }));
    onLoad({ filter, namespace: "stub" }, () => ({
      // A CommonJS module, from which any name can be imported.
      contents: "module.exports = {};",
      loader: "js",
    }));
  },
};

/**
 * Replaces the module `pg-boss.js` in a folder by a bundle.
 *
 * @throws Error if pg-boss depends on other packages than expected.
 */
export async function bundlePgBoss(folder: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: ["src/engine/pg-boss.ts"],
    outfile: join(folder, "pg-boss.js"),
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    // Keeps the names of functions, which stack traces contain.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    plugins: [stubUnused],
  });
  const paths = Object.keys(metafile.inputs).map((path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
  const found = [...new Set(paths)].filter((name) => name !== undefined).sort();
  if (found.join() !== bundled.join()) {
    throw new Error(
      `the bundle of pg-boss contains ${found.join(", ")}, but ${bundled.join(", ")} were expected: change "bundled" or ` +
        '"unused" in scripts/pg-boss.ts, and the licenses in NOTICE',
    );
  }
  // This declaration would import types of pg-boss, and no other declaration refers to it.
  rmSync(join(folder, "pg-boss.d.ts"), { force: true });
}
