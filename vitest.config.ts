import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfigFn } from "vitest/config";

const long = ["**/*.long.test.ts"];

/** `npm test` runs the fast suite. `npm run test:long`, whose mode is `long`, runs what stands in `*.long.test.ts`. */
const config: ViteUserConfigFn = defineConfig(({ mode }) => ({
  // Emitted code imports the package by name; tests run it against the source.
  ssr: { resolve: { conditions: ["protoc-gen-ts-lro/source", "node", "development"] } },
  test: {
    dir: import.meta.dirname,
    include: mode === "long" ? long : ["{src,proto,templates,scripts,test,examples,bench}/**/*.test.ts"],
    exclude: mode === "long" ? ["node_modules"] : long,
    provide: { leases: mode === "long" ? "real" : "aged" },
    globalSetup: ["test/shared-postgres.ts"],
    reporters: ["default", "./test/slowest-files.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Many tests wait for processes and databases: one more than there are cores.
    maxWorkers: availableParallelism() + 1,
    dangerouslyIgnoreUnhandledErrors: false,
  },
}));

export default config;
