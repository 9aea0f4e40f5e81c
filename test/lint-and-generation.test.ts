/*
 * Lint and the generator accept the same protos: for each reason for which the generator rejects protos, a rule reports
 * it.
 */
import { createFileRegistry } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { rules } from "../src/check/rules/index.ts";
import { createTypeScope } from "../src/descriptor/scope.ts";
import { type Findings, refusals, refuseSameNames, resolveService } from "../src/plugin/resolve.ts";
import type { Files } from "./buf-workspace.ts";
import { checkProtos } from "./check-protos.ts";
import { compile } from "./compile.ts";
import { library } from "./library-proto.ts";
import { runOnProtos } from "./run-plugin.ts";

/** For each reason, protos that the generator refuses, and the rule that reports them. */
const refused: Readonly<Record<(typeof refusals)[number], readonly (readonly [methods: string, rule: string])[]>> = {
  "no operation": [[rpc("Do(Request) returns (Book)"), "LRO_OPERATION_INFO_ON_OPERATION"]],
  streaming: [
    [rpc("Do(stream Request) returns (google.longrunning.Operation)"), "LRO_REQUEST_NOT_STREAMING"],
    [rpc("Do(Request) returns (stream google.longrunning.Operation)"), "LRO_RESPONSE_NOT_STREAMING"],
    [rpc("Do(stream Request) returns (stream google.longrunning.Operation)"), "LRO_REQUEST_NOT_STREAMING"],
  ],
  "same name": [
    [`${valid("Do")} rpc do(Request) returns (Book);`, "LRO_NAMES_DISTINCT"],
    [`${valid("Do")} } service library { ${valid("Do")}`, "LRO_NAMES_DISTINCT"],
  ],
  "no type": [
    [valid("Do").replace('"Book"', '""'), "LRO_TYPES_PRESENT"],
    [valid("Do").replace('"Metadata"', '""'), "LRO_TYPES_PRESENT"],
  ],
  "type not found": [[valid("Do").replace('"Book"', '"Bok"'), "LRO_TYPES_RESOLVE"]],
  "no message": [[valid("Do").replace('"Metadata"', '"Format"'), "LRO_TYPES_RESOLVE"]],
};

describe.each(refusals)("protos that the generator rejects for the reason %j", (refusal) => {
  test.each(refused[refusal])("%s breaks %s", async (methods, rule) => {
    const protos = library(methods);
    expect(await refusalsOf(protos)).toContain(refusal);
    expect((await runOnProtos(protos)).error).not.toBe("");
    expect((await checkProtos({ protos })).map((finding) => finding.rule)).toContain(rule);
    expect(rules.find(({ id }) => id === rule)).toMatchObject({ must: true });
  });
});

test("protos that the generator accepts break no rule of LRO_MUST", async () => {
  const protos = library(`${valid("Do")} ${valid("DoAgain")} rpc Plain(stream Request) returns (stream Book);`);
  expect((await runOnProtos(protos)).error).toBe("");
  expect(await checkProtos({ protos })).toEqual([]);
});

async function refusalsOf(protos: Files): Promise<string[]> {
  const files = [...createFileRegistry(await compile(protos)).files];
  const scope = createTypeScope(files);
  const findings: Findings = { errors: [], plain: [] };
  for (const { services } of files) {
    refuseSameNames(
      services.map((service) => resolveService(service, scope, findings)),
      findings,
    );
  }
  return findings.errors.map(({ refusal }) => refusal);
}

function rpc(signature: string): string {
  return `rpc ${signature} {
    option (google.longrunning.operation_info) = { response_type: "Book" metadata_type: "Metadata" }; }`;
}

function valid(name: string): string {
  return rpc(`${name}(Request) returns (google.longrunning.Operation)`);
}
