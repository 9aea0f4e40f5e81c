/*
 * Runs the rules of the check plugin in the process of a test, on protos in the test.
 */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createCheckService } from "../src/check/check-service.ts";
import { rules as allRules } from "../src/check/rules/index.ts";
import { CheckRequestSchema, type RuleType } from "../src/gen/buf/plugin/check/v1/check_pb.ts";
import type { FileDescriptorSchema } from "../src/gen/buf/plugin/descriptor/v1/descriptor_pb.ts";
import type { OptionSchema, ValueSchema } from "../src/gen/buf/plugin/option/v1/option_pb.ts";
import type { Files, Finding } from "./buf-workspace.ts";
import { compile } from "./compile.ts";
import { yamlsIn } from "./run-plugin.ts";

/** The input of a check, like that of buf. */
export interface Checked {
  readonly protos: Files;
  /** The paths of protos or imports to check. Default: all protos. */
  readonly paths?: readonly string[];
  /** The previous version of the protos. */
  readonly before?: Files;
  /** The IDs of the rules to check. Default: all. */
  readonly rules?: readonly string[];
  /** The options of the plugin, as in buf.yaml. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The YAML files to which the options refer. */
  readonly yamls?: Files;
}

/** Returns the IDs of the rules of a type, in order. */
export function rulesOf(type: RuleType): string[] {
  return allRules.filter((rule) => rule.type === type).map(({ id }) => id);
}

/** Returns the findings, ordered by file and line. */
export async function checkProtos({
  protos,
  paths = Object.keys(protos),
  before = {},
  rules = [],
  options = {},
  yamls = {},
}: Checked): Promise<Finding[]> {
  const files = await compileFiles(protos);
  const { annotations = [] } = createCheckService(yamlsIn(yamls)).check(
    create(CheckRequestSchema, {
      fileDescriptors: describeFiles(files, paths),
      againstFileDescriptors: describeFiles(await compileFiles(before), Object.keys(before)),
      ruleIds: [...rules],
      options: Object.entries(options).map(
        ([key, value]): MessageInitShape<typeof OptionSchema> => ({ key, value: optionValue(value) }),
      ),
    }),
  );
  return annotations
    .map(({ ruleId: rule = "", message = "", fileLocation: { fileName: path = "", sourcePath = [] } = {} }) => ({
      path,
      line: lineOf(
        files.find(({ name }) => name === path),
        sourcePath,
      ),
      rule,
      message,
    }))
    .sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

async function compileFiles(protos: Files): Promise<readonly FileDescriptorProto[]> {
  return Object.keys(protos).length === 0 ? [] : (await compile(protos)).file;
}

function describeFiles(
  files: readonly FileDescriptorProto[],
  paths: readonly string[],
): MessageInitShape<typeof FileDescriptorSchema>[] {
  return files.map((file) => ({
    fileDescriptorProto: toBinary(FileDescriptorProtoSchema, file),
    isImport: !paths.includes(file.name),
  }));
}

function optionValue(value: unknown): MessageInitShape<typeof ValueSchema> {
  if (Array.isArray(value)) {
    return { type: { case: "listValue", value: { values: value.map(optionValue) } } };
  }
  return {
    type: typeof value === "boolean" ? { case: "boolValue", value } : { case: "stringValue", value: String(value) },
  };
}

/** The line number, from 1. A finding without a file is on line 1, as in buf. */
function lineOf(file: FileDescriptorProto | undefined, sourcePath: readonly number[]): number {
  const location = file?.sourceCodeInfo?.location.find(({ path }) => path.join() === sourcePath.join());
  return file === undefined ? 1 : (location?.span[0] ?? -1) + 1;
}
