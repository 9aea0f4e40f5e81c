import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { checkBin } from "../../test/buf-workspace.ts";
import type { Run } from "../../test/program.ts";
import { runBin } from "../../test/run-bin.ts";
import { CheckRequestSchema } from "../gen/buf/plugin/check/v1/check_pb.ts";
import { RequestSchema, SpecSchema } from "../gen/pluginrpc/v1/pluginrpc_pb.ts";

const nothing = new Uint8Array();
const check = "/buf.plugin.check.v1.CheckService/Check";
const listRules = "/buf.plugin.check.v1.CheckService/ListRules";

describe("pluginrpc", () => {
  test("the protocol is 1", async () => {
    expect(await run(nothing, "--protocol")).toEqual({ stdout: "1\n", stderr: "", exitCode: 0 });
  });

  test.each([["binary"], ["json"]])("the specification lists buf's three methods, in %s", async (format) => {
    const { stdout } = await runBin(nothing, { plugin: checkBin, args: ["--spec", "--format", format] });

    const paths =
      format === "json"
        ? JSON.parse(stdout.toString()).procedures.map(({ path }: { path: string }) => path)
        : fromBinary(SpecSchema, stdout).procedures.map(({ path }) => path);
    expect(paths).toEqual([check, listRules, "/buf.plugin.check.v1.CheckService/ListCategories"]);
  });

  test("a request may be empty", async () => {
    const { stdout, exitCode } = await run(nothing, listRules, "--format=json");

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).value.rules[0]).toMatchObject({
      id: "LRO_OPERATION_INFO_PRESENT",
      categoryIds: ["LRO", "LRO_MUST"],
    });
  });
});

describe("bad input results in one line on stderr and a non-zero exit code", () => {
  const request = encode(
    CheckRequestSchema,
    create(CheckRequestSchema, { fileDescriptors: [{ fileDescriptorProto: new Uint8Array([0x0a, 0x05, 0x61]) }] }),
  );

  test.each<[string, string, Uint8Array, readonly string[]]>([
    ["text", "is not a pluginrpc request", Buffer.from("hello\n"), [check]],
    ["a request with a truncated file", "truncated", request, [check]],
    ["no files", "no files", nothing, [check]],
    ["no arguments", "--help", nothing, []],
  ])("%s", async (_, message, stdin, args) => {
    const { stdout, stderr, exitCode } = await run(stdin, ...args);

    expect(stderr).toMatch(/^buf-plugin-lro: .*\n$/);
    expect(stderr).toContain(message);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  });
});

test("--help prints the usage, and --version prints the version", async () => {
  expect((await run(nothing, "--help")).stdout).toContain("plugin: buf-plugin-lro");
  expect((await run(nothing, "--version")).stdout).toMatch(/^buf-plugin-lro v\d+\.\d+\.\d+\n$/);
});

async function run(stdin: Uint8Array, ...args: string[]): Promise<Omit<Run, "stdout"> & { stdout: string }> {
  const { stdout, ...rest } = await runBin(stdin, { plugin: checkBin, args });
  return { stdout: stdout.toString(), ...rest };
}

function encode<D extends DescMessage>(schema: D, message: MessageShape<D>): Uint8Array {
  return toBinary(RequestSchema, create(RequestSchema, { value: anyPack(schema, message) }));
}
