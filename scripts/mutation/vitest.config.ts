import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Runs quick files first: a mutant needs only one test that fails. */
class QuickFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).reverse();
  }
}

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
      // They take long.
      "**/{bad-input,faults,googleapis,histories,lost-announcements,slow-commits}.test.ts",
      // They start processes or PostgreSQL. Tests of both engines run on PGlite only.
      "**/{documentation,redis,{crash,network,race,stall}-faults,workers}.test.ts",
    ],
    sequence: { sequencer: QuickFilesFirst },
    testTimeout: 60_000,
  },
});

export default config;
