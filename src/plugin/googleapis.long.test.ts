import { describe, expect, test } from "vitest";
import { annotated, compileEmitted, notImported, pruningDifferences } from "../../test/googleapis-output.ts";

const minutes = 60_000;

test(
  "pruning of requests does not change the output, even for files without generated code",
  () => {
    expect(pruningDifferences("target=ts+js+dts,keep_empty_files=true")).toEqual([]);
  },
  2 * minutes,
);

describe("with the output of protoc-gen-es, the generated code compiles", () => {
  test.each([
    ["all declarations under TypeScript 7", "typescript", "dts", ["google/**"]],
    ["30 packages under TypeScript 6.0", "typescript-6.0", "ts", sampleDirectories(30)],
    ["30 packages under TypeScript 5.9", "typescript-5.9", "ts", sampleDirectories(30)],
  ] as const)(
    "%s",
    async (_, compiler, target, folders) => {
      expect(await compileEmitted(compiler, target, folders)).toBe("");
    },
    5 * minutes,
  );
});

/** Returns directories with generated code: the unusual ones, and enough of the others, evenly distributed. */
function sampleDirectories(count: number): string[] {
  const odd = [
    ...notImported,
    "google/ads/googleads/v25/services", // nested metadata
    "google/cloud/functions/v2", // a message named Function
    "google/cloud/redis/v1", // metadata Any
    "google/cloud/run/v2", // response and metadata of one type
    "google/cloud/translate/v3", // a package unlike its directory
  ];
  const others = [...new Set(annotated.map(({ file }) => file.directory))].filter((name) => !odd.includes(name)).sort();
  const step = others.length / (count - odd.length);
  return [...odd, ...others.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step))];
}
