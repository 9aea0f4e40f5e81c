import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, type ViteUserConfigFn } from "vitest/config";
import { fastPGlite } from "./test/program.ts";

const long = ["**/*.long.test.ts"];
const suites: Readonly<Record<string, readonly string[]>> = {
  long,
  // The file that test/exit-code.test.ts runs.
  failing: ["test/exit-code.failing.ts"],
};

/** `npm test` runs the fast suite. `npm run test:long` sets the mode `long`, which runs the files `*.long.test.ts`. */
const config: ViteUserConfigFn = defineConfig(({ mode }) => ({
  // Vitest uses the durations of previous runs to order files. Keep them outside of node_modules.
  cacheDir: ".cache/vite",
  // Generated code imports the package by name. Tests run it against the source.
  ssr: { resolve: { conditions: ["protoc-gen-ts-lro/source", "node", "development"] } },
  test: {
    dir: import.meta.dirname,
    include: [...(suites[mode] ?? ["{src,proto,templates,scripts,test,examples,bench}/**/*.test.ts"])],
    exclude: mode === "long" ? ["node_modules"] : long,
    provide: { suite: mode === "long" ? "long" : "fast" },
    execArgv: [fastPGlite],
    // Share compiled code between the processes that tests start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, ".cache/node") },
    globalSetup: ["test/shared-postgres.ts", "test/built-package.ts"],
    reporters: ["default", "./test/slowest-files.ts"],
    testTimeout: mode === "long" ? 5 * 60_000 : 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Many tests wait for processes and databases, so run two more workers than there are cores.
    maxWorkers: availableParallelism() + 2,
    dangerouslyIgnoreUnhandledErrors: false,
  },
}));

export default config;
