import type { FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { compile, encodeRequest } from "../../test/compile.ts";
import { type Output, runOnRequest } from "../../test/run-plugin.ts";
import { optionsHelp, parseOptions } from "./options.ts";

let protos: FileDescriptorSet;

beforeAll(async () => {
  protos = await compile({
    "acme/library.proto": `
      syntax = "proto3";
      package acme;
      import "acme/types/book.proto";
      import "google/longrunning/operations.proto";
      service Library {
        rpc Create(Request) returns (google.longrunning.Operation) {
          option (google.longrunning.operation_info) = { response_type: "types.Book" metadata_type: "Request" };
        }
        rpc Print(Request) returns (google.longrunning.Operation);
      }
      message Request {}`,
    "acme/types/book.proto": 'syntax = "proto3"; package acme.types; message Book {}',
  });
});

function run(parameter: string): Output {
  return runOnRequest(encodeRequest(protos, ["acme/library.proto", "acme/types/book.proto"], parameter));
}

/** The modules that a generated file imports. */
function imports(content = ""): string[] {
  return Array.from(content.matchAll(/(?:from |require\()"(.*)"/g), ([, module = ""]) => module);
}

describe("target", () => {
  it.each([
    ["", ["js", "d.ts"]],
    ["target=ts", ["ts"]],
    ["target=js", ["js"]],
    ["target=dts", ["d.ts"]],
    ["target=ts+js", ["ts", "js"]],
    ["target=ts+dts", ["ts", "d.ts"]],
    ["target=js+dts", ["js", "d.ts"]],
    ["target=ts+js+dts", ["ts", "js", "d.ts"]],
    ["target=dts+js+ts", ["ts", "js", "d.ts"]],
  ])("%j generates these files", (parameter, extensions) => {
    expect(Object.keys(run(parameter).files)).toEqual(extensions.map((extension) => `acme/library_lro.${extension}`));
  });

  it("generates the same files for a combination as for each of its parts", () => {
    const { files } = run("target=ts+js+dts,elide_plugin_version=true");
    for (const target of ["ts", "js", "dts"]) {
      for (const [name, content] of Object.entries(run(`target=${target},elide_plugin_version=true`).files)) {
        expect(withoutHead(files[name])).toBe(withoutHead(content));
      }
    }
    function withoutHead(content = ""): string {
      return content.slice(content.indexOf("/* eslint-disable */"));
    }
  });
});

describe("import_extension", () => {
  it.each([
    ["", ""],
    ["import_extension=none", ""],
    ["import_extension=", ""],
    ["import_extension=js", ".js"],
    ["import_extension=.js", ".js"],
    ["import_extension=ts", ".ts"],
  ])("%j sets the extension of relative imports", (parameter, extension) => {
    for (const content of Object.values(run(`target=ts+js+dts,${parameter}`.replace(/,$/, "")).files)) {
      const relative = imports(content).filter((module) => module.startsWith("."));
      expect(new Set(relative)).toEqual(new Set([`./library_pb${extension}`, `./types/book_pb${extension}`]));
    }
  });
});

describe("js_import_style", () => {
  it("legacy_commonjs affects only .js files", () => {
    const { files } = run("target=ts+js+dts,js_import_style=legacy_commonjs");
    const js = files["acme/library_lro.js"];
    expect(js).toContain('"use strict";');
    expect(js).toContain('const { Library, RequestSchema } = require("./library_pb");');
    expect(js).toContain("exports.createLibraryClient = createLibraryClient;");
    expect(js).not.toMatch(/^(import|export) /m);
    for (const name of ["acme/library_lro.ts", "acme/library_lro.d.ts"]) {
      expect(files[name]).toMatch(/^import /m);
      expect(files[name]).not.toContain("require(");
    }
  });

  it("defaults to module", () => {
    for (const parameter of ["target=js", "target=js,js_import_style=module"]) {
      expect(run(parameter).files["acme/library_lro.js"]).toMatch(/^export function createLibraryClient\(/m);
    }
  });
});

describe("rewrite_imports", () => {
  it("replaces relative imports and packages", () => {
    const rewrite =
      "rewrite_imports=./acme/types/**/*_pb.js:@acme/types,rewrite_imports=@connectrpc/connect:npm:connect";
    const { files } = run(`target=ts,import_extension=js,${rewrite}`);
    expect(new Set(imports(files["acme/library_lro.ts"]))).toEqual(
      new Set(["protoc-gen-ts-lro/codegenv1", "./library_pb.js", "@acme/types/acme/types/book_pb.js", "npm:connect"]),
    );
  });

  it("is omitted from the first line, because it often depends on the machine", () => {
    const { files } = run("target=ts,rewrite_imports=./acme/types/**/*_pb.js:@acme/types");
    expect(files["acme/library_lro.ts"]).toContain('with parameter "target=ts"\n');
  });
});

it("map_imports replaces imports of generated code with a package", () => {
  const { files } = run("target=ts,map_imports=acme/types/**:@acme/types");
  expect(imports(files["acme/library_lro.ts"])).toContain("@acme/types/acme/types/book_pb.js");
});

it("keep_empty_files generates a file even for protos without long-running methods", () => {
  const names = ["acme/library_lro.ts", "acme/types/book_lro.ts"];
  expect(Object.keys(run("target=ts").files)).toEqual(names.slice(0, 1));
  expect(Object.keys(run("target=ts,keep_empty_files=false").files)).toEqual(names.slice(0, 1));
  expect(Object.keys(run("target=ts,keep_empty_files=true").files).sort()).toEqual(names);
});

it("ts_nocheck adds a comment for TypeScript at the top", () => {
  expect(run("target=ts").files["acme/library_lro.ts"]).not.toContain("@ts-nocheck");
  expect(run("target=ts,ts_nocheck=true").files["acme/library_lro.ts"]).toContain("\n// @ts-nocheck\n");
});

it("elide_plugin_version omits the version from the first line", () => {
  const firstLine = (parameter: string) => run(parameter).files["acme/library_lro.ts"]?.split("\n")[0];
  expect(firstLine("target=ts")).toMatch(
    /^\/\/ @generated by protoc-gen-ts-lro v\d+\.\d+\.\d+ with parameter "target=ts"$/,
  );
  expect(firstLine("target=ts,elide_plugin_version=true")).toMatch(
    /^\/\/ @generated by protoc-gen-ts-lro with parameter /,
  );
});

describe("emit", () => {
  const marks = { client: "createLibraryClient(", server: "implementLibrary(", unpack: "unpackLibrary_Create(" };

  it.each([
    ["", ["client", "server", "unpack"]],
    ["emit=client", ["client"]],
    ["emit=server", ["server"]],
    ["emit=unpack", ["unpack"]],
    ["emit=client+unpack", ["client", "unpack"]],
    ["emit=unpack+server+client", ["client", "server", "unpack"]],
  ])("%j generates these parts and the method table", (parameter, parts) => {
    const content = run(`target=ts,${parameter}`.replace(/,$/, "")).files["acme/library_lro.ts"] ?? "";
    expect(Object.entries(marks).flatMap(([part, mark]) => (content.includes(mark) ? part : []))).toEqual(parts);
    expect(content).toContain("export const LibraryLro: ");
  });
});

it("strict turns an Operation without operation_info into an error", () => {
  for (const parameter of ["target=ts", "target=ts,strict=false", "target=ts,strict=0"]) {
    expect(run(parameter)).toMatchObject({ error: "", notes: [expect.stringContaining("Library.Print: ")] });
  }
  for (const parameter of ["target=ts,strict=true", "target=ts,strict=1"]) {
    expect(run(parameter)).toMatchObject({ error: expect.stringContaining("Library.Print: "), notes: [] });
  }
});

describe("an invalid option", () => {
  it.each([
    ["unknown=1", 'invalid option "unknown=1": unknown option "unknown". See --help.'],
    ["unknown", 'invalid option "unknown": unknown option "unknown". See --help.'],
    ["stricd=true", 'invalid option "stricd=true": unknown option "stricd". Did you mean "strict"? See --help.'],
    ["import_extention=js", /unknown option "import_extention". Did you mean "import_extension"\? See --help\.$/],
    [
      "emit=clients",
      'invalid option "emit=clients": unknown part "clients". Use client, server, and unpack, joined with "+".',
    ],
    ["emit=", /unknown part ""\./],
    ["emit=client+", /unknown part ""\./],
    ["strict", /"" is neither true nor false\. Use true or false\.$/],
    ["strict=yes", 'invalid option "strict=yes": "yes" is neither true nor false. Use true or false.'],
    ["target=flow", 'invalid option "target=flow"'],
    ["target=", 'invalid option "target="'],
    ["import_extension=mjs", 'invalid option "import_extension=mjs"'],
    ["js_import_style=commonjs", 'invalid option "js_import_style=commonjs"'],
    ["rewrite_imports=nothing", /must be in the form of <pattern>:<target>$/],
    ["map_imports=:nothing", /must be in the form of <pattern>:<target>$/],
    ["keep_empty_files=maybe", 'invalid option "keep_empty_files=maybe"'],
    ["ts_nocheck=maybe", 'invalid option "ts_nocheck=maybe"'],
    ["elide_plugin_version=maybe", 'invalid option "elide_plugin_version=maybe"'],
  ])("is reported in one line: %s", (parameter, message) => {
    expect(() => run(parameter)).toThrow(message);
    expect(() => run(parameter)).not.toThrow("\n");
  });
});

it("--help describes all options and only those", () => {
  const described = Array.from(optionsHelp.matchAll(/^ {2}(\w+)=(\S*)/gm), ([, name = "", value = ""]) => ({
    name,
    value,
  }));
  expect(described.map(({ name }) => name)).toEqual([
    "emit",
    "strict",
    "service_yaml",
    "target",
    "import_extension",
    "js_import_style",
    "rewrite_imports",
    "map_imports",
    "keep_empty_files",
    "ts_nocheck",
    "elide_plugin_version",
  ]);
  for (const { name, value } of described.filter(({ name }) => name !== "service_yaml")) {
    expect(() => run(`${name}=${value}`)).not.toThrow("option");
  }
});

it("the last of several values applies", () => {
  const pairs = [
    { key: "strict", value: "true" },
    { key: "strict", value: "false" },
  ];
  expect(parseOptions(pairs).strict).toBe(false);
});
