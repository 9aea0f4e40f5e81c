import { clone, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { CodeGeneratorRequestSchema, FileDescriptorProtoSchema, type FileDescriptorSet } from "@bufbuild/protobuf/wkt";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { compile, encodeRequest } from "../../test/compile.ts";
import { type Output, runOnProtos, runOnRequest } from "../../test/run-plugin.ts";
import { runPlugin } from "./plugin.ts";

/** A file with a long-running method, whose types are declared in another. */
function proto(packageName: string): string {
  return `syntax = "proto3";
package ${packageName};
import "types.proto";
import "google/longrunning/operations.proto";
// Keeps books.
service Library {
  // Creates a book.
  rpc Create(acme.Book) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info) = { response_type: "acme.Book" metadata_type: "acme.Progress" };
  }
  rpc Print(acme.Book) returns (google.longrunning.Operation);
}
`;
}

const protos = {
  "a.proto": proto("acme.a"),
  "b.proto": proto("acme.b"),
  "types.proto": 'syntax = "proto3"; package acme; message Book {} message Progress {}',
};
const toGenerate = Object.keys(protos);
const parameter = "target=ts+js+dts";

let compiled: FileDescriptorSet;

beforeAll(async () => {
  compiled = await compile(protos);
});

/** Returns the output for all protos. */
function output(): Output {
  return runOnRequest(encodeRequest(compiled, toGenerate, parameter));
}

describe("the output", () => {
  it("is the same each time", () => {
    expect(output()).toEqual(output());
    expect(Object.keys(output().files)).toHaveLength(6);
  });

  it("does not depend on the order of the files to generate", () => {
    expect(runOnRequest(encodeRequest(compiled, toGenerate.toReversed(), parameter))).toEqual(output());
  });

  it("does not depend on the order of the files, as long as each follows its imports", () => {
    const [a, b] = [indexOf("a.proto"), indexOf("b.proto")];
    const file = compiled.file.with(a, at(b)).with(b, at(a));
    const { files, notes } = runOnRequest(encodeRequest({ ...compiled, file }, toGenerate, parameter));
    expect(files).toEqual(output().files);
    expect(notes.toSorted()).toEqual(output().notes);

    function at(index: number): FileDescriptorSet["file"][number] {
      return compiled.file[index] as FileDescriptorSet["file"][number];
    }
    function indexOf(name: string): number {
      return compiled.file.findIndex((candidate) => candidate.name === name);
    }
  });

  it("does not depend on the other files to generate", () => {
    const { files } = runOnRequest(encodeRequest(compiled, ["b.proto"], parameter));
    expect(files).toEqual(Object.fromEntries(Object.entries(output().files).filter(([name]) => name.startsWith("b_"))));
  });

  it("does not depend on the line endings of the protos", async () => {
    const crlf = Object.entries(protos).map(([path, content]) => [path, content.replaceAll("\n", "\r\n")]);
    expect(await runOnProtos(Object.fromEntries(crlf), parameter)).toEqual(output());
  });
});

it("does not run again after an error that is not about the protos", () => {
  const readYaml = vi.fn(() => {
    throw new Error("the file is broken");
  });
  const request = encodeRequest(compiled, toGenerate, "service_yaml=library.yaml");
  expect(() => runPlugin(request, readYaml)).toThrow("the file is broken");
  expect(readYaml).toHaveBeenCalledTimes(1);
});

it("rejects input that is not a request", () => {
  const cutOff = encodeRequest(compiled, toGenerate, parameter).subarray(0, -1);
  expect(() => runOnRequest(cutOff)).toThrow(
    /^the input is not a google\.protobuf\.compiler\.CodeGeneratorRequest: .* truncated\. Run this plugin through buf or protoc\.$/,
  );
});

it("reports the name of a file to generate that the request does not contain", () => {
  expect(() => runOnRequest(encodeRequest(compiled, ["nothing.proto"], parameter))).toThrow("nothing.proto");
});

it("skips options that are encoded as groups", () => {
  const data = new BinaryWriter().tag(1, WireType.LengthDelimited).string("us").tag(50_001, WireType.EndGroup).finish();
  const file = compiled.file.map((original) => clone(FileDescriptorProtoSchema, original));
  for (const { options } of file.flatMap(({ service }) => service.flatMap(({ method }) => method))) {
    options?.$unknown?.unshift({ no: 50_001, wireType: WireType.StartGroup, data });
  }
  expect(runOnRequest(encodeRequest({ file }, toGenerate, parameter))).toEqual(output());
});

it("reads source-retention options if a request contains them", () => {
  const request = fromBinary(CodeGeneratorRequestSchema, encodeRequest(compiled, toGenerate, parameter));
  request.sourceFileDescriptors = request.protoFile.filter(({ name }) => toGenerate.includes(name));
  request.protoFile = request.protoFile.map((file) => clone(FileDescriptorProtoSchema, file));
  for (const method of request.protoFile.flatMap(({ service }) => service.flatMap(({ method }) => method))) {
    delete method.options;
  }
  expect(runOnRequest(toBinary(CodeGeneratorRequestSchema, request))).toEqual(output());
});

it("notes files whose names differ only in case", async () => {
  const { notes } = await runOnProtos({ ...protos, "A.proto": proto("acme.upper") }, "target=ts");
  expect(notes.filter((note) => note.includes("case"))).toEqual([
    "a_lro.ts: differs from A_lro.ts only in case. Rename one of the protos: on macOS and Windows, one file overwrites the other.",
  ]);
});

it.each([
  ["service", "service Thing { rpc Get(acme.Book) returns (acme.Book); }", "service acme.Thing"],
  ["extension", "extend google.protobuf.MethodOptions { string Thing = 5000; }", "extension acme.Thing"],
  ["enum", "enum Thing { THING_UNSPECIFIED = 0; }", "enum acme.Thing"],
])("names the kind of a type that is an %s in another file", async (_, declaration, what) => {
  const { error } = await runOnProtos(
    {
      "a.proto": proto("acme.a").replace('"acme.Book"', '"acme.Thing"'),
      "types.proto": `${protos["types.proto"]} import "google/protobuf/descriptor.proto"; ${declaration}`,
    },
    "target=ts",
  );
  expect(error).toBe(
    `a.proto:9:52: rpc acme.a.Library.Create: response_type "acme.Thing" is the ${what}, not a message. Use a message type.`,
  );
});
