import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

const config: ViteUserConfig = defineConfig({
  resolve: {
    // Emitted code imports the package by name; tests run it against the source.
    alias: {
      "protoc-gen-ts-lro/client": source("client/index.ts"),
      "protoc-gen-ts-lro/testing": source("testing/index.ts"),
      "protoc-gen-ts-lro/tanstack-query": source("tanstack-query/index.ts"),
      "protoc-gen-ts-lro/server/pglite": source("engine/pglite.ts"),
      "protoc-gen-ts-lro/server/postgres": source("engine/postgres.ts"),
      "protoc-gen-ts-lro/server": source("server/index.ts"),
      "protoc-gen-ts-lro/codegen": source("codegen.ts"),
      "protoc-gen-ts-lro/longrunning": source("longrunning.ts"),
    },
  },
  test: {
    include: ["{src,proto,templates,scripts,test,examples,bench}/**/*.test.ts"],
    globalSetup: ["test/postgres-user.ts", "test/built-package.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Many tests wait for processes and databases: one more than there are cores.
    maxWorkers: availableParallelism() + 1,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});

export default config;
