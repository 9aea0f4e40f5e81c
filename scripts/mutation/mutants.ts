import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { LogLevel, MutantResult } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";
import { fastPGlite } from "../../test/program.ts";
import { describeChange } from "./change.ts";

/** A small change to the source, and the result of its tests. */
export interface Mutant {
  readonly file: string;
  /** The number of the first changed line, from 1. */
  readonly line: number;
  /** The first changed line, before and after the change. */
  readonly before: string;
  readonly after: string;
  readonly status: "killed" | "survived" | "not covered" | "left out";
}

const statuses: Partial<Record<MutantResult["status"], Mutant["status"]>> = {
  Killed: "killed",
  Timeout: "killed",
  Survived: "survived",
  NoCoverage: "not covered",
  Ignored: "left out",
};

export interface MutationOptions {
  /** Ignores the results of earlier runs. */
  readonly force: boolean;
  /** Also changes code that runs while modules load. This is slow, because each change runs all tests of the folder. */
  readonly constants: boolean;
}

/**
 * Creates the mutants of a folder and runs for each of them the tests of the folder that cover it. Reuses the results of
 * earlier runs unless the source or the tests changed.
 */
export async function testMutants(folder: string, { force, constants }: MutationOptions): Promise<Mutant[]> {
  const stryker = new Stryker({
    plugins: ["@stryker-mutator/vitest-runner"],
    testRunner: "vitest",
    // Stryker's option testFiles would not activate mutants in code that runs while modules load.
    testRunnerNodeArgs: [fastPGlite],
    vitest: { configFile: "scripts/mutation/vitest.config.ts", dir: folder },
    // Tests run bins only in separate processes, and generated code is tested through its generator.
    mutate: [`${folder}/**/*.ts`, "!**/*.test.ts", "!**/*.gen.ts", "!**/bin.ts"],
    incremental: true,
    incrementalFile: `.cache/mutation/${folder.replaceAll("/", "-")}.json`,
    force,
    ignoreStatic: !constants,
    tempDirName: ".cache/mutation/sandbox",
    cleanTempDir: "always",
    // The only parts of the cache that tests need are the protos that buf compiled and empty databases.
    ignorePatterns: [".cache", "!.cache/buf-*", "!.cache/pglite-*", "dist"],
    // Disabling type checks adds a comment to expected outputs, which tests compare.
    disableTypeChecks: false,
    // Stryker reads tsconfig files with an API that TypeScript 7 does not have.
    tsconfigFile: "none",
    // Stryker detects endless loops by counting iterations, so only a busy machine reaches this timeout.
    timeoutMS: 30_000,
    reporters: [process.stdout.isTTY ? "progress" : "progress-append-only"],
    logLevel: "error" as LogLevel,
  });
  const results = await stryker.runMutationTest();
  const sources = new Map(results.map(({ fileName }) => [fileName, readFileSync(fileName, "utf8")]));
  return results.flatMap(({ fileName, location, replacement, status: outcome }) => {
    const file = relative(process.cwd(), fileName).replaceAll("\\", "/");
    const status = statuses[outcome];
    const change = describeChange(sources.get(fileName) ?? "", location, replacement);
    return status === undefined ? [] : { file, status, ...change };
  });
}
