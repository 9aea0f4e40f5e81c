import type { FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it } from "vitest";
import { compile, encodeRequest } from "../../test/compile.ts";
import { type Output, runOnRequest } from "../../test/run-plugin.ts";
import { optionsHelp, parseParameter } from "./options.ts";

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
  const booleans = "is not a valid value. Use true or false.";
  const mapping = "is not a valid value. Use PATTERN:TARGET, for example ./acme/**/*_pb.js:@acme/protos.";
  it.each([
    ["unknown=1", 'unknown option "unknown". See --help.'],
    ["unknown", 'unknown option "unknown". See --help.'],
    ["stricd=true", 'unknown option "stricd". Did you mean "strict"? See --help.'],
    ["import_extention=js", 'unknown option "import_extention". Did you mean "import_extension"? See --help.'],
    ["emit=clients", '"clients" is not a valid value. Use client, server, unpack, or several joined with "+".'],
    ["emit=", '"" is not a valid value. Use client, server, unpack, or several joined with "+".'],
    ["emit=client+", '"client+" is not a valid value. Use client, server, unpack, or several joined with "+".'],
    ["strict", `"" ${booleans}`],
    ["strict=yes", `"yes" ${booleans}`],
    ["strict=trueish", `"trueish" ${booleans}`],
    ["service_yaml=", '"" is not a valid value. Use the path of a file.'],
    ["target=TS", '"TS" is not a valid value. Use ts, js, dts, or several joined with "+".'],
    ["target=", '"" is not a valid value. Use ts, js, dts, or several joined with "+".'],
    ["import_extension=mjs", '"mjs" is not a valid value. Use none, js or ts.'],
    ["js_import_style=commonjs", '"commonjs" is not a valid value. Use module or legacy_commonjs.'],
    ["rewrite_imports=nothing", `"nothing" ${mapping}`],
    ["rewrite_imports=:x", `":x" ${mapping}`],
    ["rewrite_imports=x:", `"x:" ${mapping}`],
    ["map_imports=:nothing", `":nothing" ${mapping}`],
    ["keep_empty_files=maybe", `"maybe" ${booleans}`],
    ["ts_nocheck=maybe", `"maybe" ${booleans}`],
    ["elide_plugin_version=maybe", `"maybe" ${booleans}`],
  ])("is reported in one line with the valid values: %s", (parameter, message) => {
    expect(() => run(parameter)).toThrow(new Error(`invalid option "${parameter}": ${message}`));
  });

  it.each([
    [
      "emit=client,server",
      'invalid option "server": options are separated by commas. Join the values of emit with "+": emit=client+server.',
    ],
    [
      "target=ts,js",
      'invalid option "js": options are separated by commas. Join the values of target with "+": target=ts+js.',
    ],
    ["strict=true,server", 'invalid option "server": unknown option "server". See --help.'],
    ["emit=client,emit=server", 'invalid option "emit=server": emit is set twice. Join the values with "+".'],
    ["target=ts,target=js", 'invalid option "target=js": target is set twice. Join the values with "+".'],
    [
      "strict=true,emit=client,strict=true",
      'invalid option "strict=true": strict is set twice. Remove one of the two.',
    ],
    ["import_extension=js,import_extension=ts", /: import_extension is set twice\./],
    ["target=ts,", 'invalid option "": unknown option "". See --help.'],
  ])("is reported if it follows from another option: %s", (parameter, message) => {
    expect(() => run(parameter)).toThrow(message);
  });

  it("is reported before the request is decoded", () => {
    const request = Buffer.concat([
      encodeRequest(protos, [], "strict=yes"),
      Buffer.from([0x7a, 4, 0x32, 2, 0x0a, 0x7f]),
    ]);
    expect(() => runOnRequest(request)).toThrow('invalid option "strict=yes"');
  });
});

it("options with several values can be repeated", () => {
  const parameter = "service_yaml=a.yaml,service_yaml=b.yaml,rewrite_imports=a:b,rewrite_imports=c:d,map_imports=e:f=g";
  expect(parseParameter(parameter).serviceYaml).toEqual(["a.yaml", "b.yaml"]);
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
