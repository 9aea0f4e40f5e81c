import { create, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { compile } from "../../test/compile.ts";
import { CheckRequestSchema } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { createCheckService } from "./check-service.ts";

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
const service = createCheckService(() => ({}));

test("the rules that a request names are checked, in files that are not there only as imports", () => {
  expect(findRules({ names: ["acme/v1/service.proto"], ruleIds: ["LRO_NO_CREATE_OPERATION"] })).toEqual([
    "LRO_NO_CREATE_OPERATION",
  ]);
  expect(findRules({ names: [], ruleIds: ["LRO_NO_CREATE_OPERATION"] })).toEqual([]);
});

test("all rules are checked where a request names none", () => {
  expect(findRules({ names: ["acme/v1/service.proto"], ruleIds: [] })).toEqual([
    "LRO_OPERATION_INFO_PRESENT",
    "LRO_NO_CREATE_OPERATION",
  ]);
});

test("files come in any order", () => {
  expect(findRules({ names: ["acme/v1/service.proto"], ruleIds: [], files: descriptors.toReversed() })).toHaveLength(2);
});

test("a file that is missing is an error that names it", () => {
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
