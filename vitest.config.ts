import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, type ViteUserConfigFn } from "vitest/config";
import { fastPGlite } from "./test/program.ts";

const long = ["**/*.long.test.ts"];
const suites: Readonly<Record<string, readonly string[]>> = {
  long,
  // What test/exit-code.test.ts runs.
  failing: ["test/exit-code.failing.ts"],
};

/** `npm test` runs the fast suite. `npm run test:long`, whose mode is `long`, runs what stands in `*.long.test.ts`. */
const config: ViteUserConfigFn = defineConfig(({ mode }) => ({
  // How long each file took, which says what runs first, outlives an installation.
  cacheDir: ".cache/vite",
  // Emitted code imports the package by name; tests run it against the source.
  ssr: { resolve: { conditions: ["protoc-gen-ts-lro/source", "node", "development"] } },
  test: {
    dir: import.meta.dirname,
    include: [...(suites[mode] ?? ["{src,proto,templates,scripts,test,examples,bench}/**/*.test.ts"])],
    exclude: mode === "long" ? ["node_modules"] : long,
    provide: { suite: mode === "long" ? "long" : "fast" },
    execArgv: [fastPGlite],
    // What processes of tests compile is kept for the next ones.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, ".cache/node") },
    globalSetup: ["test/shared-postgres.ts", "test/built-package.ts"],
    reporters: ["default", "./test/slowest-files.ts"],
    testTimeout: mode === "long" ? 5 * 60_000 : 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Many tests wait for processes and databases: one more than there are cores.
    maxWorkers: availableParallelism() + 1,
    dangerouslyIgnoreUnhandledErrors: false,
  },
}));

export default config;
