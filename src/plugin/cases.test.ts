import { readFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compileCase, type Files, readCases, readGolden } from "../../test/golden-cases.ts";
import { formatDiagnostic } from "./diagnostics.ts";
import { generate, type Outcome, runPlugin } from "./plugin.ts";
import { decodePrunedRequest } from "./request/pruned-request.ts";

const readYaml = (path: string): unknown => parse(readFileSync(path, "utf8"));

describe.each(readCases())("case $name", (golden) => {
  let request: Uint8Array;
  beforeAll(async () => {
    request = await compileCase(golden);
  });

  it("generates the checked-in code", () => {
    expect(sortImports(emittedFor(request))).toEqual(sortImports(readGolden(golden)));
  });

  it("gives the same output, or the same number of errors, for the pruned and the full request", () => {
    const pruned = generate(decodePrunedRequest(request), readYaml);
    const whole = generate(fromBinary(CodeGeneratorRequestSchema, request), readYaml);
    expect(countMistakes(pruned)).toEqual(countMistakes(whole));
  });
});

/** Returns the expected contents of a case's folder. */
function emittedFor(request: Uint8Array): Files {
  const { response, notes } = runPlugin(request, readYaml);
  const printed = notes.map((note) => `protoc-gen-ts-lro: ${formatDiagnostic(note)}\n`).join("");
  return {
    ...Object.fromEntries(response.file.map(({ name, content }) => [name, content])),
    ...(response.error === "" ? {} : { "error.txt": `${response.error}\n` }),
    ...(printed === "" ? {} : { "notes.txt": printed }),
  };
}

/** protoplugin sorts imported names by the locale of the machine, until the build patches it. */
function sortImports(files: Files): Files {
  const sort = (names: string): string => names.split(", ").sort().join(", ");
  return Object.fromEntries(
    Object.entries(files).map(([path, content]) => [
      path,
      content.replace(
        /^(import (?:type )?|const )\{ (.*) \}(?= from | = require)/gm,
        (_, start, names) => `${start}{ ${sort(names)} }`,
      ),
    ]),
  );
}

/** The error messages differ: those for a pruned request have no positions and no similar names. */
function countMistakes(outcome: Outcome): Outcome | number {
  return outcome.status === "rejected" ? outcome.mistakes.length : outcome;
}
