import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorResponse_Feature, CodeGeneratorResponseSchema, Edition } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile, compileRequest, encodeRequest } from "../../test/compile.ts";
import { bin, runBin } from "../../test/run-bin.ts";
import { packageVersion } from "../descriptor/version.ts";
import { optionsHelp } from "./options.ts";

const protos = {
  "library.proto": `
    syntax = "proto3";
    package acme;
    import "google/longrunning/operations.proto";
    service Library {
      rpc Create(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = { response_type: "Book" metadata_type: "Request" };
      }
      rpc Print(Request) returns (google.longrunning.Operation);
    }
    message Request {}
    message Book {}`,
};
const nothing = new Uint8Array();

let request: Uint8Array;

beforeAll(async () => {
  request = await compileRequest(protos);
});

describe("an argument", () => {
  it.each(["--version", "-v"])("%s prints the name and the version", async (argument) => {
    expect(await printed([argument])).toEqual({
      stdout: `protoc-gen-ts-lro v${packageVersion}\n`,
      stderr: "",
      exitCode: 0,
    });
  });

  it.each(["--help", "-h"])("%s prints the purpose, the usage and the options", async (argument) => {
    const { stdout, stderr, exitCode } = await printed([argument]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout).toMatch(/^protoc-gen-ts-lro v.*buf\.gen\.yaml.*protoc --ts-lro_out=/s);
    expect(stdout).toContain(optionsHelp);
    expect(stdout).not.toMatch(/.{121}/);
  });

  it.each(["--target=ts", "library.proto", ""])("%j is rejected with one line", async (argument) => {
    expect(await printed([argument])).toEqual({
      stdout: "",
      stderr: `protoc-gen-ts-lro: unknown argument ${argument}. Pass plugin options in buf.gen.yaml or with --ts-lro_opt; see --help.\n`,
      exitCode: 1,
    });
  });

  async function printed(args: string[]): Promise<{ stdout: string; stderr: string; exitCode: number | null }> {
    const { stdout, ...rest } = await runBin(nothing, { args });
    return { stdout: stdout.toString(), ...rest };
  }
});

describe("a run", () => {
  it("returns the generated files and prints notes", async () => {
    const { stdout, stderr, exitCode } = await runBin(request);
    const response = fromBinary(CodeGeneratorResponseSchema, stdout);
    expect(response.error).toBe("");
    expect(response.file.map(({ name }) => name)).toEqual(["library_lro.ts"]);
    expect(stderr).toMatch(/^protoc-gen-ts-lro: library\.proto:9:7: rpc acme\.Library\.Print: .*\n$/);
    expect(exitCode).toBe(0);
  });

  it("declares support for optional fields in proto3 and for editions", async () => {
    const { stdout } = await runBin(request);
    const { supportedFeatures, minimumEdition, maximumEdition } = fromBinary(CodeGeneratorResponseSchema, stdout);
    const { PROTO3_OPTIONAL, SUPPORTS_EDITIONS } = CodeGeneratorResponse_Feature;
    expect(supportedFeatures).toBe(BigInt(PROTO3_OPTIONAL | SUPPORTS_EDITIONS));
    expect(minimumEdition).toBe(Edition.EDITION_PROTO2);
    expect(maximumEdition).toBeGreaterThanOrEqual(Edition.EDITION_2024);
  });

  it("returns errors in the protos and exits with 0, as buf and protoc expect", async () => {
    const wrong = { "library.proto": protos["library.proto"].replaceAll("Book", "Bok").replace("Bok", "Book") };
    const { stdout, stderr, exitCode } = await runBin(await compileRequest(wrong));
    const { error, file } = fromBinary(CodeGeneratorResponseSchema, stdout);
    expect(error).toMatch(
      /^library\.proto:7:\d+: rpc acme\.Library\.Create: response_type "Book" not found\. Did you mean "Bok"\?/,
    );
    expect({ file, stderr, exitCode }).toEqual({ file: [], stderr: "", exitCode: 0 });
  });

  it("can read and write more than the capacity of a pipe", async () => {
    const many = Array.from({ length: 200 }, (_, i) => [
      `library${i}.proto`,
      protos["library.proto"].replace("acme", `acme${i}`),
    ]);
    const { stdout } = await runBin(await compileRequest(Object.fromEntries(many)));
    expect(fromBinary(CodeGeneratorResponseSchema, stdout).file).toHaveLength(200);
  });
});

describe("bad input", () => {
  it.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
    ["nothing", () => nothing, /^no request on stdin: /],
    [
      "a truncated request",
      () => request.subarray(0, request.length / 2),
      /^the input is not a google\.protobuf\.compiler\.CodeGeneratorRequest: /,
    ],
    [
      "text",
      () => Buffer.from("syntax = 'proto3';\n"),
      /^the input is not a google\.protobuf\.compiler\.CodeGeneratorRequest: /,
    ],
    ["random bytes", () => Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) % 251), /^the input is not a /],
    [
      "a request that lacks a file to generate",
      () => withParameter("target=ts", "missing.proto"),
      /^files_to_generate missing in the request: missing\.proto$/,
    ],
    [
      "an unknown option",
      () => withParameter("targets=ts"),
      /^invalid option "targets=ts": unknown option "targets"\. Did you mean "target"\?/,
    ],
    ["a bad value", () => withParameter("target=java"), /^invalid option "target=java"/],
    [
      "a YAML file that does not exist",
      () => withParameter("service_yaml=nowhere.yaml"),
      /^service_yaml=nowhere\.yaml: .*ENOENT/,
    ],
  ])("is rejected with one line: %s", async (_, input, message) => {
    const { stdout, stderr, exitCode } = await runBin(await input());
    expect(stderr).toMatch(/^protoc-gen-ts-lro: .+\n$/);
    expect(stderr.slice("protoc-gen-ts-lro: ".length, -1)).toMatch(message);
    expect({ stdout: stdout.length, exitCode }).toEqual({ stdout: 0, exitCode: 1 });
  });

  it("is not read to its end if an option is invalid", async () => {
    const many = Buffer.concat([await withParameter("target=TS"), Buffer.alloc(1 << 24)]);
    const { stderr, exitCode } = await runBin(many);
    expect(stderr).toMatch(/^protoc-gen-ts-lro: invalid option "target=TS": /);
    expect(exitCode).toBe(1);
  });

  async function withParameter(parameter: string, path = "library.proto"): Promise<Uint8Array> {
    return encodeRequest(await compile(protos), [path], parameter);
  }
});

describe("the bundle", () => {
  const directory = mkdtempSync(join(tmpdir(), "bin-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  it("starts with the line that makes it executable, which npm also needs on Windows", () => {
    expect(readFileSync(bin, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it.each(["ts", "js", "dts", "ts+js+dts"])("loads only Node.js's own modules for target=%s", async (target) => {
    const hook = join(directory, "hook.cjs");
    writeFileSync(
      hook,
      `const Module = require("node:module");
      const load = Module._load;
      Module._load = function (name) {
        process._rawDebug("loads", name);
        return load.apply(this, arguments);
      };`,
    );
    const { stderr, exitCode } = await runBin(await compileRequest(protos, `target=${target}`), {
      nodeOptions: ["--require", hook],
    });
    const loaded = Array.from(stderr.matchAll(/^loads (.*)$/gm), ([, name = ""]) => name);
    expect(loaded).toContain(bin);
    expect(loaded.filter((name) => name !== bin && !isBuiltin(name))).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it("does not contain TypeScript", () => {
    const code = readFileSync(bin, "utf8");
    expect(code).not.toMatch(/require\("(typescript|@typescript\/vfs|ts-morph)"\)/);
    expect(code).not.toContain("createSourceFile");
    expect(code.length).toBeLessThan(500_000);
  });
});
