import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Runs quick files first: a mutant needs only one test that fails. */
class QuickFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse();
  }
}

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
      // These type-check or measure the source, which mutants make untyped and large.
      "**/{browser,documentation,hover,many-waits,size}.test.ts",
      // These are slow.
      "**/{bad-input,differences,faults,googleapis,histories,lost-announcements,lost-connections,restart,slow-commits}.test.ts",
      // These start processes or PostgreSQL. Tests of both engines run on PGlite only.
      "**/{redis,{crash,network,race,stall}-faults,workers}.test.ts",
    ],
    sequence: { sequencer: QuickFilesFirst },
    testTimeout: 60_000,
  },
});

export default config;
