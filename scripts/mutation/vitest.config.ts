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
      // These are slow.
      "**/{googleapis,bad-input}.test.ts",
    ],
    testTimeout: 60_000,
  },
});

export default config;
