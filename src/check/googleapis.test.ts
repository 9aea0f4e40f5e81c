import { readFileSync } from "node:fs";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, test } from "vitest";
import { googleapis } from "../../test/googleapis.ts";
import { type LongRunningMethod, readLongRunningMethods, type TypeReference } from "../../test/long-running-methods.ts";
import { root } from "../../test/repository.ts";
import { readCounts } from "../../test/rule-sections.ts";
import { noYaml } from "../../test/run-plugin.ts";
import { CheckRequestSchema, RuleType } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { createCheckService } from "./check-service.ts";
import { rules } from "./rules/index.ts";

const files = await googleapis();
const methods = readLongRunningMethods(files);
const outside = methods.filter(({ name }) => !name.startsWith("google.longrunning."));

describe("in all of googleapis, the number of findings is that of an independent implementation", () => {
  const counts = new Map<string, number>();
  beforeAll(() => {
    const service = createCheckService(noYaml);
    const { annotations = [] } = service.check(
      create(CheckRequestSchema, {
        ruleIds: rules.map(({ id }) => id),
        fileDescriptors: [...files.values()].map(({ encoded, directory }) => ({
          fileDescriptorProto: encoded,
          isImport: directory === "google/protobuf",
        })),
      }),
    );
    for (const { ruleId = "" } of annotations) {
      counts.set(ruleId, (counts.get(ruleId) ?? 0) + 1);
    }
  });

  test.each<[string, number, number]>([
    ["LRO_OPERATION_INFO_PRESENT", 10, outside.filter(({ types }) => types === undefined).length],
    ["LRO_TYPES_IMPORTED", 87, typeReferences().filter(({ type }) => !type.imported).length],
    ["LRO_TYPES_IMPORTED_DIRECTLY", 98, typeReferences().filter(isImportedByOthers).length],
    ["LRO_RESPONSE_NOT_EMPTY", 77, annotated().filter(isEmptyWithoutDelete).length],
    ["LRO_TYPES_DISTINCT", 22, annotated().filter(isOneType).length],
    ["LRO_METADATA_NOT_EMPTY", 16, annotated().filter(({ types }) => isEmpty(types.metadata)).length],
    ["LRO_RESPONSE_NOT_STREAMING", 0, countStreamingInSources()],
  ])("%s: %i", (rule, expected, counted) => {
    expect({ found: counts.get(rule) ?? 0, counted }).toEqual({ found: expected, counted: expected });
  });

  test("two of the methods without operation_info are in google.longrunning, which does not start operations", () => {
    expect(methods.filter(({ types }) => types === undefined)).toHaveLength(12);
  });

  test("docs/rules.md contains the same numbers", () => {
    const lintRules = rules.filter(({ type }) => type === RuleType.LINT);
    expect(lintRules.map(({ id }) => [id, counts.get(id) ?? 0])).toEqual([...readCounts()]);
  });
});

type Annotated = LongRunningMethod & { readonly types: NonNullable<LongRunningMethod["types"]> };

function annotated(): Annotated[] {
  return methods.filter((method): method is Annotated => method.types !== undefined);
}

interface Reference {
  readonly method: LongRunningMethod;
  readonly type: TypeReference;
}

function typeReferences(): Reference[] {
  return annotated().flatMap((method) => [
    { method, type: method.types.response },
    { method, type: method.types.metadata },
  ]);
}

function isImportedByOthers({ method, type }: Reference): boolean {
  return type.imported && type.file !== method.file && !method.file.imports.includes(type.file.name);
}

function isEmptyWithoutDelete({ name, types }: Annotated): boolean {
  const method = name.slice(name.lastIndexOf(".") + 1);
  return isEmpty(types.response) && !method.startsWith("Delete") && !method.startsWith("BatchDelete");
}

function isOneType({ types }: Annotated): boolean {
  return types.response.typeName === types.metadata.typeName;
}

function isEmpty({ typeName }: TypeReference): boolean {
  return typeName === "google.protobuf.Empty";
}

/** Reads the protos as text. */
function countStreamingInSources(): number {
  return methods.filter(({ name, file }) => {
    const text = readFileSync(join(root, "node_modules/google-proto-files", file.name), "utf8");
    const rpc = name.slice(name.lastIndexOf(".") + 1);
    return new RegExp(
      `rpc ${rpc}\\s*\\([^)]*\\)\\s*returns\\s*\\(\\s*stream\\s+(google\\.longrunning\\.)?Operation`,
    ).test(text);
  }).length;
}
