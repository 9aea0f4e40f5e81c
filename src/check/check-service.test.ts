import { clone, create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { compile } from "../../test/compile.ts";
import { noYaml } from "../../test/run-plugin.ts";
import {
  CheckRequestSchema,
  ListCategoriesRequestSchema,
  ListRulesRequestSchema,
} from "../gen/buf/plugin/check/v1/check_pb.ts";
import type { OptionSchema, ValueSchema } from "../gen/buf/plugin/option/v1/option_pb.ts";
import { createCheckService } from "./check-service.ts";
import { InvalidArgumentError } from "./pluginrpc.ts";
import { rules } from "./rules/index.ts";

const { file: compiled } = await compile({
  "acme/v1/service.proto": `syntax = "proto3";
    package acme.v1;
    import "google/longrunning/operations.proto";
    service Service {
      rpc Do(Request) returns (google.longrunning.Operation);
      rpc CreateOperation(Request) returns (Request);
    }
    message Request {}`,
});
const descriptors = compiled.map((file) => ({
  name: file.name,
  fileDescriptorProto: toBinary(FileDescriptorProtoSchema, file),
}));
const service = createCheckService(noYaml);

test("checks the requested rules in files that are not imports", () => {
  expect(findRules({ names: ["acme/v1/service.proto"], ruleIds: ["LRO_NO_CREATE_OPERATION"] })).toEqual([
    "LRO_NO_CREATE_OPERATION",
  ]);
  expect(findRules({ names: [], ruleIds: ["LRO_NO_CREATE_OPERATION"] })).toEqual([]);
});

test("checks all rules if the request names none", () => {
  expect(findRules({ names: ["acme/v1/service.proto"], ruleIds: [] })).toEqual([
    "LRO_OPERATION_INFO_PRESENT",
    "LRO_NO_CREATE_OPERATION",
  ]);
});

test("accepts files in any order", () => {
  expect(findRules({ names: ["acme/v1/service.proto"], ruleIds: [], files: descriptors.toReversed() })).toHaveLength(2);
});

test("lists three categories: musts are in two of them, and hints only in their own", () => {
  const { categories = [] } = service.listCategories(create(ListCategoriesRequestSchema));
  expect(categories).toEqual([
    { id: "LRO", purpose: "Checks all rules of AIP-151 for long-running operations." },
    { id: "LRO_MUST", purpose: 'Checks the rules that AIP-151 states with "must", but not those with "should".' },
    { id: "LRO_HINT", purpose: "Checks the rules that are off by default, because good APIs break them, too." },
  ]);

  const { rules: listed = [] } = service.listRules(create(ListRulesRequestSchema));
  expect(listed).toEqual(
    rules.map(({ id, must, isHint, purpose, type }) => ({
      id,
      categoryIds: isHint ? ["LRO_HINT"] : must ? ["LRO", "LRO_MUST"] : ["LRO"],
      default: !isHint,
      purpose,
      type,
    })),
  );
});

describe("a finding", () => {
  const fileDescriptors = descriptors.map(({ name, ...file }) => ({ ...file, isImport: !name.startsWith("acme/") }));

  test("has the current position, and the previous one if it exists", () => {
    const request = create(CheckRequestSchema, {
      fileDescriptors,
      againstFileDescriptors: describeFiles(compiled.map(returnRequests)),
      ruleIds: ["LRO_METHOD_SAME_KIND", "LRO_NO_CREATE_OPERATION"],
    });
    const { annotations = [] } = service.check(request);
    const method = (index: number) => ({ fileName: "acme/v1/service.proto", sourcePath: [6, 0, 2, index] });
    expect(annotations.map(({ fileLocation, againstFileLocation }) => [fileLocation, againstFileLocation])).toEqual([
      [method(1), undefined],
      [method(0), method(0)],
    ]);
  });

  test("has only its file if the compiler provides no positions", () => {
    const without = describeFiles(
      compiled.map(({ sourceCodeInfo, ...file }) => create(FileDescriptorProtoSchema, file)),
    );
    const { annotations = [] } = service.check(create(CheckRequestSchema, { fileDescriptors: without }));
    const place = { fileName: "acme/v1/service.proto", sourcePath: [] };
    expect(annotations.map(({ fileLocation }) => fileLocation)).toEqual([place, place]);
  });

  /** Changes the methods of a file to return their request. */
  function returnRequests(original: FileDescriptorProto): FileDescriptorProto {
    const file = clone(FileDescriptorProtoSchema, original);
    for (const method of file.service.flatMap((declared) => (file.package === "acme.v1" ? declared.method : []))) {
      method.outputType = method.inputType;
    }
    return file;
  }

  function describeFiles(files: readonly FileDescriptorProto[]) {
    return files.map((file) => ({
      fileDescriptorProto: toBinary(FileDescriptorProtoSchema, file),
      isImport: file.package !== "acme.v1",
    }));
  }
});

test("a request without files is an error", () => {
  expect(() => findRules({ names: [], ruleIds: [], files: [] })).toThrow("the request contains no files to check.");
});

describe("rejects an option", () => {
  test.each<[string, MessageInitShape<typeof OptionSchema>, string]>([
    [
      "that is unknown",
      { key: "colour", value: text("red") },
      'unknown option "colour". Use empty_response_methods or service_yaml.',
    ],
    [
      "whose name is similar to a known one",
      { key: "service_yamls", value: text("a.yaml") },
      'unknown option "service_yamls". Did you mean "service_yaml"?',
    ],
    [
      "that is not a string",
      { key: "service_yaml", value: { type: { case: "boolValue", value: true } } },
      'option "service_yaml" must be a string or a list of strings.',
    ],
    ["without a value", { key: "service_yaml" }, 'option "service_yaml" must be a string or a list of strings.'],
    ["that names a broken file", { key: "service_yaml", value: text("a.yaml") }, "it is broken"],
  ])("%s", (_, option, message) => {
    const broken = createCheckService(() => {
      throw new Error("it is broken");
    });
    const fileDescriptors = descriptors.map(({ fileDescriptorProto }) => ({ fileDescriptorProto }));
    const request = create(CheckRequestSchema, { fileDescriptors, options: [option] });
    expect(() => broken.check(request)).toThrow(new InvalidArgumentError(message));
  });

  function text(value: string): MessageInitShape<typeof ValueSchema> {
    return { type: { case: "stringValue", value } };
  }
});

test("the error for a missing file contains its name", () => {
  const files = descriptors.filter(({ name }) => name !== "google/longrunning/operations.proto");

  expect(() => findRules({ names: [], ruleIds: [], files })).toThrow(
    "Cannot find google/longrunning/operations.proto, imported by acme/v1/service.proto",
  );
});

interface Request {
  /** The files to check; the others are imports. */
  readonly names: readonly string[];
  readonly ruleIds: string[];
  readonly files?: typeof descriptors;
}

/** Returns the rules of the findings. */
function findRules({ names, ruleIds, files = descriptors }: Request): (string | undefined)[] {
  const fileDescriptors = files.map(({ name, ...file }) => ({ ...file, isImport: !names.includes(name) }));
  const { annotations = [] } = service.check(create(CheckRequestSchema, { fileDescriptors, ruleIds }));
  return annotations.map(({ ruleId }) => ruleId);
}
