import { readFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { compileCase, type Files, readCases, readGolden } from "../../test/golden-cases.ts";
import { formatDiagnostic } from "../descriptor/diagnostic.ts";
import { parseServiceYaml } from "../descriptor/service-yaml/parse-service-yaml.ts";
import type { ReadServiceYaml } from "../descriptor/service-yaml/service-yaml.ts";
import { generate, runPlugin } from "./plugin.ts";
import { readRequest } from "./request/encoded-request.ts";

const readYaml: ReadServiceYaml = (path) => parseServiceYaml(path, readFileSync(path, "utf8"));

describe.each(readCases())("case $name", (golden) => {
  let request: Uint8Array;
  beforeAll(async () => {
    request = await compileCase(golden);
  });

  it("generates the checked-in code", () => {
    expect(sortImports(emittedFor(request))).toEqual(sortImports(readGolden(golden)));
  });

  it("returns the same output and errors for the pruned and the full request", () => {
    const encoded = readRequest(request);
    const whole = generate(encoded, readYaml, () => fromBinary(CodeGeneratorRequestSchema, request));
    expect(generate(encoded, readYaml)).toEqual(whole);
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
