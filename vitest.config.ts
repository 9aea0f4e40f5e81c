import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  // Emitted code imports the package by name; tests run it against the source.
  ssr: { resolve: { conditions: ["protoc-gen-ts-lro/source", "node", "development"] } },
  test: {
    include: ["{src,proto,templates,scripts,test,examples,bench}/**/*.test.ts"],
    globalSetup: ["test/shared-postgres.ts", "test/built-package.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Many tests wait for processes and databases: one more than there are cores.
    maxWorkers: availableParallelism() + 1,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});

export default config;
