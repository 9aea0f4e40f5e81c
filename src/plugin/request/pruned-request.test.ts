import type { CodeGeneratorRequest, DescriptorProto, FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { compileRequest } from "../../../test/compile.ts";
import { readRequest } from "./encoded-request.ts";
import { decodePrunedRequest } from "./pruned-request.ts";

const protos = {
  "library.proto": `// A licence.

// Above the package.
package acme;
import "google/longrunning/operations.proto";
import "way.proto";
import "plain.proto";
// Unlike books.
message Request { string unused = 1; }
message Unused { string field = 1; }
// Keeps books.
service Library {
  // Creates a book.
  rpc Create(Request) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info) = { response_type: "Book.Draft" metadata_type: "Status" };
  }
  // Gets a book.
  rpc Get(Unused) returns (Request) { option deprecated = true; }
}`,
  "way.proto": 'package acme.way; import "book.proto"; message Way {}',
  "book.proto": `package acme;
// A book.
message Book {
  option deprecated = true;
  message Draft { string text = 1; message Page {} }
  message Unused {}
  map<string, Draft> drafts = 1;
  enum Genre { GENRE_UNSPECIFIED = 0; }
}
message BookSchema {}
message Book_Draft {}
message Book_DraftSchema {}
message Book_Draft2 {}
enum Status { STATUS_UNSPECIFIED = 0; }
enum Other { OTHER_UNSPECIFIED = 0; }
service Books { rpc Get(Book) returns (Book); }`,
  "plain.proto": "package acme; message Plain {} service Plains { rpc Get(Plain) returns (Plain); }",
};

async function prune(
  parameter = "target=ts",
  files: Readonly<Record<string, string>> = protos,
): Promise<CodeGeneratorRequest> {
  const all = Object.entries(files).map(([path, content]) => [path, `syntax = "proto3"; ${content}`]);
  return decodePrunedRequest(readRequest(await compileRequest(Object.fromEntries(all), parameter)));
}

function fileOf({ protoFile }: CodeGeneratorRequest, name: string): FileDescriptorProto {
  const file = protoFile.find((candidate) => candidate.name === name);
  expect(file, name).toBeDefined();
  return file as FileDescriptorProto;
}

/** Returns the names of the declarations in a file; nested ones have their scope. */
function declared({ messageType, enumType }: FileDescriptorProto): string[] {
  const inside = ({ name, nestedType, enumType }: DescriptorProto): string[] => [
    name,
    ...[...nestedType.flatMap(inside), ...enumType.map((nested) => nested.name)].map((nested) => `${name}.${nested}`),
  ];
  return [...messageType.flatMap(inside), ...enumType.map(({ name }) => name)];
}

it("contains the files with long-running methods and the files that they refer to", async () => {
  const request = await prune();
  expect(request.parameter).toBe("target=ts");
  expect(request.fileToGenerate).toEqual(["library.proto", "book.proto"]);
  expect(request.protoFile.map(({ name }) => name)).toEqual([
    "protoc_gen_ts_lro/stand_in.proto",
    "book.proto",
    "google/longrunning/operations.proto",
    "library.proto",
  ]);
});

it("contains all files to generate if empty ones are kept", async () => {
  const { fileToGenerate } = await prune("target=ts,keep_empty_files=true");
  expect(fileToGenerate).toEqual(["library.proto", "way.proto", "book.proto", "plain.proto"]);
});

it("imports only the files that decide which of several declarations a name refers to", async () => {
  expect(fileOf(await prune(), "library.proto").dependency).toEqual([]);

  const inner = 'package acme.Library; import "google/protobuf/empty.proto"; message Status {}';
  for (const [imported, dependency] of [
    ["inner.proto", ["book.proto", "inner.proto"]],
    ["plain.proto", ["book.proto"]],
  ] as const) {
    const way = protos["way.proto"].replace("import", `import "${imported}"; import`);
    const request = await prune("target=ts", { ...protos, "inner.proto": inner, "way.proto": way });
    expect(fileOf(request, "library.proto").dependency.toSorted()).toEqual(dependency);
  }
});

it("contains the names of declarations that are referred to, and those with similar names in TypeScript", async () => {
  const request = await prune();
  expect(declared(fileOf(request, "library.proto"))).toEqual(["Request"]);
  expect(declared(fileOf(request, "book.proto"))).toEqual([
    "Book",
    "Book.Draft",
    "Book_Draft",
    "Book_DraftSchema",
    "Status",
  ]);
  expect(declared(fileOf(request, "google/longrunning/operations.proto"))).toEqual(["Operation"]);
});

it("contains only the names of declarations", async () => {
  const messages = (await prune()).protoFile.flatMap(({ messageType }) => messageType);
  const all = messages.flatMap((message) => [message, ...message.nestedType]);
  expect(all.filter(({ field, options }) => field.length > 0 || options !== undefined)).toEqual([]);
});

it("contains the services of files with long-running methods, with a stand-in for the types of plain methods", async () => {
  const request = await prune();
  const services = request.protoFile.flatMap(({ service }) => service);
  expect(services.map(({ name }) => name)).toEqual(["Library"]);
  const methods = services.flatMap(({ method }) => method);
  expect(
    methods.map(({ name, inputType, outputType, options }) => [name, inputType, outputType, options !== undefined]),
  ).toEqual([
    ["Create", ".acme.Request", ".google.longrunning.Operation", true],
    ["Get", ".protoc_gen_ts_lro.StandIn", ".protoc_gen_ts_lro.StandIn", false],
  ]);
});

it("contains only the comments on services and methods and those at the top of a file", async () => {
  const comments = (await prune()).protoFile.flatMap(({ sourceCodeInfo }) => sourceCodeInfo?.location ?? []);
  const texts = comments.flatMap(({ leadingComments, leadingDetachedComments }) => [
    ...leadingDetachedComments,
    leadingComments,
  ]);
  expect(texts.map((text) => text.trim()).filter((text) => text !== "")).toEqual([
    "Above the package.",
    "Keeps books.",
    "Creates a book.",
    "Gets a book.",
  ]);
  expect(comments.map(({ path }) => path[0]).filter((field) => ![2, 6, 12].includes(field ?? 0))).toEqual([]);
});
