import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * The tests that mutants are held against. They are fast, and run the source in their own process: what runs the built
 * plugins would not notice a mutant.
 */
const config: ViteUserConfig = defineConfig({
  // Emitted code imports the package by name, as in all tests.
  ssr: { resolve: { conditions: ["protoc-gen-ts-lro/source", "node", "development"] } },
  test: {
    include: ["**/*.test.ts"],
    exclude: [
      "**/*.long.test.ts",
      // They run what is built.
      "**/{bin,buf,compilers,emitted-code}.test.ts",
      // They type-check or bundle the source, which is neither typed nor small with mutants in it.
      "**/{browser,documentation,hover,many-waits,size}.test.ts",
      // They take long.
      "**/{googleapis,bad-input,lost-connections,restart,differences}.test.ts",
    ],
    testTimeout: 60_000,
  },
});

export default config;
