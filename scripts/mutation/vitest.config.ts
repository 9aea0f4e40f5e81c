import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * The tests to run on mutants. They are fast and run the source in their own process; tests of the built plugins would
 * not notice a mutant.
 */
const config: ViteUserConfig = defineConfig({
  // Generated code imports the package by name, as in all tests.
  ssr: { resolve: { conditions: ["protoc-gen-ts-lro/source", "node", "development"] } },
  test: {
    include: ["**/*.test.ts"],
    exclude: [
      "**/*.long.test.ts",
      // These run the built plugins.
      "**/{bin,buf,compilers,emitted-code}.test.ts",
      // These type-check or bundle the source, which is neither typed nor small with mutants in it.
      "**/{browser,documentation,hover,many-waits,size}.test.ts",
      // These are slow.
      "**/{googleapis,bad-input,lost-connections,restart,differences}.test.ts",
    ],
    testTimeout: 60_000,
  },
});

export default config;
