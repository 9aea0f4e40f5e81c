import { describe, expect, test } from "vitest";
import { byDirectory, sources } from "../../test/googleapis.ts";
import {
  allDirectories,
  annotated,
  annotatedTypes,
  compileEmitted,
  emittedTypes,
  files,
  generateProtobufEs,
  generatePruned,
  pruningDifferences,
  sampleDirectories,
} from "../../test/googleapis-output.ts";

const minutes = 60_000;

// This is the slowest step, so it runs concurrently with the tests that do not need it.
const protobufEs = generateProtobufEs(annotated);

test.each(["target=ts+js+dts", "target=ts+js+dts,keep_empty_files=true"])(
  "pruning of requests does not change the output, with %s",
  (parameter) => {
    expect(pruningDifferences(sources(files), parameter)).toEqual([]);
  },
  2 * minutes,
);

test.each([
  ["directory", [...byDirectory(sources(files)).values()]],
  ["all", [sources(files)]],
] as const)(
  "with strategy %s, each annotated method is generated with the types of its annotation",
  async (_, runs) => {
    const results = runs.map((toGenerate) => generatePruned(toGenerate, "target=ts,import_extension=js"));
    expect(emittedTypes(results, await protobufEs)).toEqual(annotatedTypes(annotated));
  },
  5 * minutes,
);

describe("with the output of protoc-gen-es, the generated code compiles", () => {
  test.each([
    ["everything under TypeScript 7", "typescript", "ts", allDirectories],
    ["all declarations under TypeScript 7", "typescript", "dts", allDirectories],
    ["30 directories under TypeScript 6.0", "typescript-6.0", "ts", sampleDirectories(30)],
    ["30 directories under TypeScript 5.9", "typescript-5.9", "ts", sampleDirectories(30)],
  ] as const)(
    "%s",
    async (_, compiler, target, directories) => {
      expect(await compileEmitted(compiler, target, directories)).toBe("");
    },
    5 * minutes,
  );
});
