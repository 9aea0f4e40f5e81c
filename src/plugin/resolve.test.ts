import { createFileRegistry } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { FileDescriptorSet, MethodDescriptorProto } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { compile, encodeRequest } from "../../test/compile.ts";
import { type Output, runOnProtos, runOnRequest } from "../../test/run-plugin.ts";
import { operation_info } from "../gen/google/longrunning/operations_pb.ts";

const messages = `
  message Request {}
  message Book {}
  message Progress {}`;

/** A file with a service that has the given rpcs, which start on line 4. */
function proto(rpcs: string, name = "Library", packageName = "acme.v1", declarations = messages): string {
  return `syntax = "proto3"; package ${packageName}; import "google/longrunning/operations.proto";
${declarations.replaceAll("\n", " ")}
service ${name} {
${rpcs}
}`;
}

const annotated = `rpc Create(Request) returns (google.longrunning.Operation) {
  option (google.longrunning.operation_info) = { response_type: "Book" metadata_type: "Progress" };
}`;

describe("conflicting names in TypeScript", () => {
  it("can be those of two services that differ in the case of their first letter", async () => {
    const { error } = await runOnProtos({ "a.proto": `${proto(annotated)}\nservice library { ${annotated} }` });
    expect(error.split("\n")).toContain(
      "a.proto:8:1: service acme.v1.library maps to Library in TypeScript, as does service acme.v1.Library. " +
        "Rename one of them.",
    );
  });

  it("can be those of two methods in different services", async () => {
    const second = `service Library_Create { ${annotated.replace("Create(", "Book(")} }`;
    const { error } = await runOnProtos({
      "a.proto": `${proto(annotated.replace("Create(", "Create_Book("))}\n${second}`,
    });
    expect(error).toMatch(
      /^a\.proto:8:26: rpc acme\.v1\.Library_Create\.Book maps to Library_Create_Book in TypeScript, as does rpc /,
    );
  });
});

describe("errors in protos", () => {
  it("are reported together, in the order of the files, and no code is generated", async () => {
    const wrong = (type: string) => annotated.replace("Book", type);
    const { error, files } = await runOnProtos({
      "a.proto": proto(`${wrong("Nothing")}\n${wrong("Never").replace("Create", "Update")}`, "A"),
      "b.proto": proto(wrong("Nowhere"), "B", "acme.v2"),
      "c.proto": proto(annotated, "C", "acme.v3"),
    });
    expect(error.split("\n").map((line) => line.replace(/ not found.*/, ""))).toEqual([
      'a.proto:5:50: rpc acme.v1.A.Create: response_type "Nothing"',
      'a.proto:8:50: rpc acme.v1.A.Update: response_type "Never"',
      'b.proto:5:50: rpc acme.v2.B.Create: response_type "Nowhere"',
    ]);
    expect(files).toEqual({});
  });

  it("in one method are reported together", async () => {
    const { error } = await runOnProtos({
      "a.proto": proto(`rpc Create(stream Request) returns (Book) {
        option (google.longrunning.operation_info) = { response_type: "Boo" };
      }`),
    });
    expect(error.split("\n")).toEqual([
      expect.stringContaining("operation_info is set on a method that returns acme.v1.Book."),
      expect.stringContaining("operation_info is set on a streaming method."),
      expect.stringContaining('response_type "Boo" not found. Did you mean "Book"?'),
      expect.stringContaining("operation_info has no metadata_type."),
    ]);
  });

  it("include an empty operation_info on a method that does not return an operation", async () => {
    const { error } = await runOnProtos({
      "a.proto": proto(`rpc Get(Request) returns (Book) {
        option (google.longrunning.operation_info) = {};
      }`),
    });
    expect(error).toContain("rpc acme.v1.Library.Get: operation_info is set on a method that returns acme.v1.Book.");
  });

  it("include two rpcs with the same name in TypeScript, because protoc-gen-es omits one of them", async () => {
    const set = await compile({ "a.proto": proto(`${annotated}\nrpc create(Request) returns (Book);`) });
    expect(runOnRequest(encodeRequest(set, ["a.proto"], "target=ts")).error).toBe(
      "a.proto:5:10: rpc acme.v1.Library.Create: maps to create in TypeScript, as does rpc create. Rename one of them.",
    );
    const service = createFileRegistry(set).getService("acme.v1.Library");
    expect(service?.methods.map(({ name }) => name)).toEqual(["Create", "create"]);
    expect(Object.keys(service?.method ?? {})).toEqual(["create"]);
  });

  it("do not include problems that affect only plain rpcs", async () => {
    const plain = "rpc Get(Request) returns (Book); rpc get(Request) returns (Book);";
    expect(await runOnProtos({ "a.proto": proto(`${annotated} ${plain}`) })).toMatchObject({ error: "", notes: [] });
  });

  it("do not include errors in files that are only imported", async () => {
    const set = await compile({
      "a.proto": proto(annotated).replace("import", 'import "b.proto"; import'),
      "b.proto": proto(annotated.replace("Book", "Bok"), "Other", "acme.v2"),
    });
    expect(runOnRequest(encodeRequest(set, ["a.proto"], "target=ts")).error).toBe("");
  });
});

describe("a position", () => {
  const unnamed = annotated.replace("Book", "Bok");

  it("is that of the type name", async () => {
    expect(positions(await runOnProtos({ "a.proto": proto(unnamed) }))).toEqual(["a.proto:5:50"]);
  });

  it("is that of the type name if operation_info is set field by field", async () => {
    const parts = `rpc Create(Request) returns (google.longrunning.Operation) {
  option (google.longrunning.operation_info).response_type = "Book";
  option (google.longrunning.operation_info).metadata_type = "Nothing";
}`;
    expect(positions(await runOnProtos({ "a.proto": proto(parts) }))).toEqual(["a.proto:6:3"]);
  });

  it("is that of the rpc if it has no operation_info", async () => {
    const { notes } = await runOnProtos({
      "a.proto": proto("  rpc Create(Request) returns (google.longrunning.Operation);"),
    });
    expect(notes).toEqual([expect.stringMatching(/^a\.proto:4:3: rpc acme\.v1\.Library\.Create: /)]);
  });

  it("is only the file if the compiler provides no positions", async () => {
    const set = await compile({ "a.proto": proto(unnamed) });
    for (const file of set.file) {
      delete file.sourceCodeInfo;
    }
    expect(positions(runOnRequest(encodeRequest(set, ["a.proto"], "target=ts")))).toEqual(["a.proto"]);
  });

  function positions({ error }: Output): string[] {
    return error.split("\n").map((line) => line.slice(0, line.indexOf(": ")));
  }
});

describe("an Operation without operation_info", () => {
  const plain = "rpc Print(Request) returns (google.longrunning.Operation);";

  it("stays a plain rpc next to long-running ones, with a note", async () => {
    const { files, notes } = await runOnProtos({ "a.proto": proto(`${annotated}\n${plain}`) });
    expect(notes).toEqual([
      "a.proto:7:1: rpc acme.v1.Library.Print: returns google.longrunning.Operation without operation_info. " +
        "It stays a plain RPC. Annotate it with option (google.longrunning.operation_info) to get a typed operation.",
    ]);
    expect(files["a_lro.ts"]).toContain('extends Omit<Client<typeof Library>, "create"> {');
  });

  it("generates no code on its own", async () => {
    expect(await runOnProtos({ "a.proto": proto(plain) })).toMatchObject({ files: {}, notes: [expect.anything()] });
  });

  it("is an error with strict=true, reported with all others", async () => {
    const { error, files } = await runOnProtos(
      { "a.proto": proto(`${plain}\n${annotated.replace("Book", "Bok")}`) },
      "target=ts,strict=true",
    );
    expect(error.split("\n")).toEqual([
      expect.stringMatching(/^a\.proto:6:50: .* "Bok" not found/),
      expect.stringMatching(
        /^a\.proto:4:1: rpc acme\.v1\.Library\.Print: returns google.longrunning.Operation without /,
      ),
    ]);
    expect(files).toEqual({});
  });

  it.each(["strict=false", "strict=true"])("is allowed in google.longrunning.Operations: %s", async (strict) => {
    const set = await compile({ "a.proto": proto(annotated) });
    const withImports = set.file.map(({ name }) => name);
    expect(withImports).toContain("google/longrunning/operations.proto");
    const { files, error, notes } = runOnRequest(encodeRequest(set, withImports, `target=ts,${strict}`));
    expect({ files: Object.keys(files), error, notes }).toEqual({ files: ["a_lro.ts"], error: "", notes: [] });
  });

  it("causes a note in a service named Operations of another package", async () => {
    const { notes } = await runOnProtos({ "a.proto": proto(plain, "Operations") });
    expect(notes).toEqual([expect.stringContaining("rpc acme.v1.Operations.Print: ")]);
  });

  it("is not an Operation of another package", async () => {
    const own = proto(
      "rpc Print(Request) returns (Operation);",
      "Library",
      "acme.v1",
      `${messages} message Operation {}`,
    );
    expect(await runOnProtos({ "a.proto": own })).toEqual({ files: {}, error: "", notes: [] });
  });
});

describe("operation_info", () => {
  it("is read as an unknown field, with the number of the extension", async () => {
    const set = await compile({ "a.proto": proto(annotated) });
    expect(methodOf(set).options?.$unknown).toEqual([expect.objectContaining({ no: operation_info.number })]);
    expect(runOnRequest(encodeRequest(set, ["a.proto"], "target=ts")).files["a_lro.ts"]).toContain(
      "readonly create: LroMethod<Request, Book, Progress>;",
    );
  });

  it("is read if it is encoded field by field, as protoc does if it is set field by field", async () => {
    const set = await compile({
      // Update refers to the type that Progress would be in Create if acme.v1.Progress were overlooked.
      "a.proto": proto(`${annotated} ${annotated.replace("Create", "Update").replace("Progress", ".acme.Progress")}`),
      "acme.proto": 'syntax = "proto3"; package acme; message Progress {}',
    });
    const { options } = methodOf(set);
    const part = (number: number, type: string) =>
      new BinaryWriter().tag(number, WireType.LengthDelimited).string(type).finish();
    const field = (data: Uint8Array) => new BinaryWriter().bytes(data).finish();
    Object.assign(options ?? {}, {
      $unknown: [part(1, "Book"), part(2, "Progress")].map((data) => ({
        no: operation_info.number,
        wireType: WireType.LengthDelimited,
        data: field(data),
      })),
    });
    const emitted = runOnRequest(encodeRequest(set, ["a.proto", "acme.proto"], "target=ts")).files["a_lro.ts"];
    expect(emitted).toContain("readonly create: LroMethod<Request, Book, Progress>;");
    expect(emitted).toContain("readonly update: LroMethod<Request, Book, Progress$1>;");
  });

  function methodOf({ file }: FileDescriptorSet): MethodDescriptorProto {
    const method = file.find(({ name }) => name === "a.proto")?.service[0]?.method[0];
    expect(method).toBeDefined();
    return method as MethodDescriptorProto;
  }
});
