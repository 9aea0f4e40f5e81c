import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary } from "@bufbuild/protobuf";
import { type CodeGeneratorRequest, CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readTables } from "../../test/emitted-code.ts";
import {
  byDirectory,
  encodeRequest,
  googleapis,
  importClosure,
  longRunningDirectories,
  type ProtoFile,
  root,
  sources,
} from "../../test/googleapis.ts";
import { readLongRunningMethods, type TypeReference } from "../../test/long-running-methods.ts";
import { protobufEsOutput, writeFiles } from "../../test/protobuf-es.ts";
import { noYaml, type Output, runOnRequest } from "../../test/run-plugin.ts";
import { typeCheck } from "../../test/type-check.ts";
import { formatDiagnostic } from "./diagnostics.ts";
import { generate, type Outcome, type Result } from "./plugin.ts";
import { decodePrunedRequest } from "./request/pruned-request.ts";

const minutes = 60_000;

const files = googleapis();
const methods = readLongRunningMethods(files);
const annotated = methods.flatMap(({ types, ...method }) => (types === undefined ? [] : { ...method, ...types }));
const plain = methods.filter(({ types }) => types === undefined);

const runs = { directory: [...byDirectory(sources(files)).values()], all: [sources(files)] };
const outcomes: { [strategy in keyof typeof runs]?: readonly Outcome[] } = {};

// It takes longer than anything else here, so it runs beside the tests that do not need it.
const protobufEs = protobufEsOutput(
  importClosure(
    annotated.flatMap(({ file, response, metadata }) => [file, response.file, metadata.file]),
    files,
  ).filter(({ name }) => !name.startsWith("google/protobuf/")),
  files,
);

test("the reading of googleapis is complete", () => {
  expect({
    methods: methods.length,
    annotated: annotated.length,
    directories: longRunningDirectories(files).size,
    notImported: typeReferences().filter(({ type }) => !type.imported).length,
  }).toEqual({ methods: 2667, annotated: 2655, directories: 247, notImported: 87 });
});

describe("pruning of requests does not change the output", () => {
  let whole: CodeGeneratorRequest;

  beforeAll(() => {
    whole = fromBinary(CodeGeneratorRequestSchema, encodeRequest(sources(files), files, ""));
  }, 2 * minutes);
  afterAll(() => {
    whole = create(CodeGeneratorRequestSchema);
  });

  test.each(["target=ts+js+dts", "target=ts+js+dts,keep_empty_files=true"])(
    "with %s",
    (parameter) => {
      const pruned = generatePruned(sources(files), parameter);
      const expected = accept(generate({ ...whole, parameter }, noYaml));

      expect(differences(pruned, expected)).toEqual([]);
      expect({ ...pruned.response, file: [] }).toEqual({ ...expected.response, file: [] });
      expect(pruned.notes).toEqual(expected.notes);
    },
    2 * minutes,
  );
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

  test("fails in the ten packages that name types of a file that is not imported, and in no other", () => {
    const failed = [...runs].filter(([, { error }]) => error !== "").map(([file]) => file);
    expect(new Set(failed)).toEqual(new Set(missing.keys()));
    expect([...new Set(failed.map(({ directory }) => directory))].sort()).toEqual(notImported);
  });

  test.each([...missing.keys()].map(({ name }) => name))("names in %s each type, and says what to do", (name) => {
    const file = files.get(name) as ProtoFile;
    const line = /^(.*?):\d+:\d+: (.*? is not found\.)(?: Did you mean .*\?)? (If the name is right, .*)$/;
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
          `rpc ${rpc}: ${field} "${type.written}" is not found.`,
          "If the name is right, import the file that declares it, or generate its whole directory in one run.",
        ]),
    );
  });
});

describe.each(["directory", "all"] as const)("with strategy %s", (strategy) => {
  beforeAll(() => void outcomesWith(strategy), 2 * minutes);

  test(
    "each annotated method is emitted with the types that its annotation names",
    async () => {
      const { read } = await protobufEs;
      const entries = generateWith(strategy).flatMap((result) => readTables(emittedFiles(result), read));
      expect(entries.map(({ rpc, response, metadata }) => `${rpc}: ${response}, ${metadata}`).sort()).toEqual(
        annotated.map(({ name, response, metadata }) => `${name}: ${response.typeName}, ${metadata.typeName}`).sort(),
      );
    },
    5 * minutes,
  );

  test("pruning leaves out nothing that a run needs: none decodes the whole request", () => {
    expect(outcomesWith(strategy).filter(({ status }) => status === "rejected")).toEqual([]);
  });

  test("each other method is left plain, with a note unless it is of Operations itself", () => {
    const notes = generateWith(strategy).flatMap((result) => result.notes.map(({ message }) => message.split(":")[0]));
    const noted = plain.filter(({ name }) => !name.startsWith("google.longrunning.Operations."));
    expect(plain).toHaveLength(12);
    expect(noted).toHaveLength(10);
    expect(notes.sort()).toEqual(noted.map(({ name }) => `rpc ${name}`).sort());
  });
});

describe("with the output of protoc-gen-es, the emitted code compiles", () => {
  let directory = "";

  beforeEach(() => {
    directory = mkdtempSync(join(root, ".cache/emitted-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test.each([
    ["all of it under TypeScript 7", "typescript", "ts", ["google/**"]],
    ["all declarations under TypeScript 7", "typescript", "dts", ["google/**"]],
    ["30 packages under TypeScript 6.0", "typescript-6.0", "ts", sampleDirectories(30)],
    ["30 packages under TypeScript 5.9", "typescript-5.9", "ts", sampleDirectories(30)],
  ])(
    "%s",
    async (_, compiler, target, folders) => {
      const { directory: protobufEsDirectory } = await protobufEs;
      writeFiles(directory, emittedFiles(generatePruned(sources(files), `target=${target},import_extension=js`)));
      expect(await typeCheck(compiler, [directory, protobufEsDirectory], folders)).toBe("");
    },
    5 * minutes,
  );
});

/** The directories of which a file names types of another that it does not import. */
const notImported = [
  "google/appengine/v1",
  "google/appengine/v1beta",
  "google/cloud/automl/v1",
  "google/cloud/datalabeling/v1beta1",
  "google/cloud/dataproc/v1",
  "google/cloud/hypercomputecluster/v1alpha",
  "google/cloud/networkconnectivity/v1alpha1",
  "google/cloud/networksecurity/v1beta1",
  "google/cloud/notebooks/v1",
  "google/cloud/visionai/v1alpha1",
];

/** Returns directories that code is emitted for: the odd ones, and of the others as many as it takes, evenly spread. */
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

/** Generates TypeScript for all of googleapis in runs such as buf makes of it. */
function generateWith(strategy: keyof typeof runs): readonly Result[] {
  return outcomesWith(strategy).map(accept);
}

function outcomesWith(strategy: keyof typeof runs): readonly Outcome[] {
  outcomes[strategy] ??= runs[strategy].map((toGenerate) => runPruned(toGenerate, "target=ts,import_extension=js"));
  return outcomes[strategy];
}

function generatePruned(toGenerate: readonly ProtoFile[], parameter: string): Result {
  return accept(runPruned(toGenerate, parameter));
}

/** What is rejected here makes the plugin decode the whole request. */
function runPruned(toGenerate: readonly ProtoFile[], parameter: string): Outcome {
  return generate(decodePrunedRequest(encodeRequest(toGenerate, files, parameter)), noYaml);
}

function accept(outcome: Outcome): Result {
  if (outcome.status === "rejected") {
    throw new Error(outcome.mistakes.map(formatDiagnostic).join("\n"));
  }
  return outcome;
}

function emittedFiles({ response }: Result): Map<string, string> {
  return new Map(response.file.map(({ name, content }) => [name, content]));
}

/** Returns the names of the files that two runs have not both emitted, and of those with different contents. */
function differences(one: Result, other: Result): string[] {
  const [contents, otherContents] = [emittedFiles(one), emittedFiles(other)];
  const names = new Set([...contents.keys(), ...otherContents.keys()]);
  return [...names].filter((name) => contents.get(name) !== otherContents.get(name));
}

function typeReferences(): { rpc: string; file: ProtoFile; field: string; type: TypeReference }[] {
  return annotated.flatMap(({ name: rpc, file, response, metadata }) => [
    { rpc, file, field: "response_type", type: response },
    { rpc, file, field: "metadata_type", type: metadata },
  ]);
}
