import { beforeAll, describe, expect, test } from "vitest";
import { byDirectory, encodeRequest, longRunningDirectories, type ProtoFile, sources } from "../../test/googleapis.ts";
import {
  accept,
  annotated,
  annotatedIn,
  annotatedTypes,
  compileEmitted,
  emittedTypes,
  files,
  generateProtobufEs,
  generatePruned,
  methods,
  notImported,
  pruningDifferences,
  runPruned,
  sampleDirectories,
} from "../../test/googleapis-output.ts";
import type { TypeReference } from "../../test/long-running-methods.ts";
import { type Output, runOnRequest } from "../../test/run-plugin.ts";
import type { Outcome, Result } from "./plugin.ts";

const minutes = 60_000;

const plain = methods.filter(({ types }) => types === undefined);

const runs = { directory: [...byDirectory(sources(files)).values()], all: [sources(files)] };
const outcomes: { [strategy in keyof typeof runs]?: readonly Outcome[] } = {};

// The long suite repeats these tests with all directories.
const sample = sampleDirectories(24);
const sampleSources = sources(files).filter(({ directory }) => sample.includes(directory));

test("the independent implementation reads all of googleapis", () => {
  expect({
    methods: methods.length,
    annotated: annotated.length,
    directories: longRunningDirectories(files).size,
    notImported: typeReferences().filter(({ type }) => !type.imported).length,
  }).toEqual({ methods: 2667, annotated: 2655, directories: 247, notImported: 87 });
});

test("pruning of requests does not change the output", () => {
  expect(pruningDifferences(sampleSources, "target=ts+js+dts")).toEqual([]);
});

test("each annotated method is generated with the types of its annotation", async () => {
  const methods = annotatedIn(sample);
  const results = [generatePruned(sampleSources, "target=ts,import_extension=js")];
  expect(emittedTypes(results, await generateProtobufEs(methods))).toEqual(annotatedTypes(methods));
});

test("with the output of protoc-gen-es, the generated code compiles", async () => {
  expect(await compileEmitted("typescript", "ts", sample)).toBe("");
});

describe("protoc on one file", () => {
  const runs = new Map<ProtoFile, Output>();
  const missing = Map.groupBy(
    typeReferences().filter(({ type }) => !type.imported),
    ({ file }) => file,
  );

  beforeAll(() => {
    for (const { file } of annotated) {
      if (!runs.has(file)) {
        runs.set(file, runOnRequest(encodeRequest([file], files, "target=ts")));
      }
    }
  }, 2 * minutes);

  test("fails only in the ten packages that refer to types of a file that is not imported", () => {
    const failed = [...runs].filter(([, { error }]) => error !== "").map(([file]) => file);
    expect(new Set(failed)).toEqual(new Set(missing.keys()));
    expect([...new Set(failed.map(({ directory }) => directory))].sort()).toEqual(notImported);
  });

  test.each([...missing.keys()].map(({ name }) => name))("reports each type of %s with the fix", (name) => {
    const file = files.get(name) as ProtoFile;
    const line = /^(.*?):\d+:\d+: (.*? not found\.)(?: Did you mean .*\?)? (If the name is correct, .*)$/;
    expect(
      runs
        .get(file)
        ?.error.split("\n")
        .map((text) => line.exec(text)?.slice(1) ?? text),
    ).toEqual(
      missing
        .get(file)
        ?.map(({ rpc, field, type }) => [
          name,
          `rpc ${rpc}: ${field} "${type.written}" not found.`,
          "If the name is correct, import the file that declares it, or generate its whole directory in one run.",
        ]),
    );
  });
});

describe.each(["directory", "all"] as const)("with strategy %s", (strategy) => {
  beforeAll(() => void outcomesWith(strategy), 2 * minutes);

  test("a pruned request is sufficient: no run decodes the full request", () => {
    expect(outcomesWith(strategy).filter(({ status }) => status === "rejected")).toEqual([]);
  });

  test("each other method stays plain, with a note unless it belongs to google.longrunning.Operations", () => {
    const notes = generateWith(strategy).flatMap((result) => result.notes.map(({ message }) => message.split(":")[0]));
    const noted = plain.filter(({ name }) => !name.startsWith("google.longrunning.Operations."));
    expect(plain).toHaveLength(12);
    expect(noted).toHaveLength(10);
    expect(notes.sort()).toEqual(noted.map(({ name }) => `rpc ${name}`).sort());
  });
});

/** Generates TypeScript for all of googleapis in the same runs as buf. */
function generateWith(strategy: keyof typeof runs): readonly Result[] {
  return outcomesWith(strategy).map(accept);
}

function outcomesWith(strategy: keyof typeof runs): readonly Outcome[] {
  outcomes[strategy] ??= runs[strategy].map((toGenerate) => runPruned(toGenerate, "target=ts,import_extension=js"));
  return outcomes[strategy];
}

function typeReferences(): { rpc: string; file: ProtoFile; field: string; type: TypeReference }[] {
  return annotated.flatMap(({ name: rpc, file, response, metadata }) => [
    { rpc, file, field: "response_type", type: response },
    { rpc, file, field: "metadata_type", type: metadata },
  ]);
}
