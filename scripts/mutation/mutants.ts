import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { LogLevel, MutantResult } from "@stryker-mutator/api/core";
import { Stryker } from "@stryker-mutator/core";
import { fastPGlite } from "../../test/program.ts";
import { describeChange } from "./change.ts";

/** The source with one small change. */
export interface Mutant {
  readonly file: string;
  /** Counted from one. */
  readonly line: number;
  /** The first line that is changed, and what it becomes. */
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
  /** Forgets what is known. */
  readonly force: boolean;
  /** Also tests what runs while modules load, each against all tests of the folder. It takes long. */
  readonly constants: boolean;
}

/**
 * Makes the mutants of a folder, and runs for each the tests of the folder that reach it. What is known about a mutant from
 * the last time is kept, unless its source or its tests have changed since.
 */
export async function testMutants(folder: string, { force, constants }: MutationOptions): Promise<Mutant[]> {
  const stryker = new Stryker({
    plugins: ["@stryker-mutator/vitest-runner"],
    testRunner: "vitest",
    // Its own option testFiles would leave mutants of what runs while modules load inactive.
    testRunnerNodeArgs: [fastPGlite],
    vitest: { configFile: "scripts/mutation/vitest.config.ts", dir: folder },
    // Bins run in processes of their own only, and what is generated is tested by what generates it.
    mutate: [`${folder}/**/*.ts`, "!**/*.test.ts", "!**/*.gen.ts", "!**/bin.ts"],
    incremental: true,
    incrementalFile: `.cache/mutation/${folder.replaceAll("/", "-")}.json`,
    force,
    ignoreStatic: !constants,
    tempDirName: ".cache/mutation/sandbox",
    cleanTempDir: "always",
    // Of what is kept between runs, tests need the protos that buf has compiled and empty databases.
    ignorePatterns: [".cache", "!.cache/buf-*", "!.cache/pglite-*", "dist"],
    // It would mark expected outputs, which are compared.
    disableTypeChecks: false,
    // Stryker would have TypeScript read it, by an API that TypeScript 7 does not have.
    tsconfigFile: "none",
    // Loops without end are found by counting. On a busy machine the rest may take its time.
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
