import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lint, markedFindings, type Workspace, withoutMessages } from "../../test/buf-workspace.ts";

const defects = new URL("../../testdata/check/defects/", import.meta.url);

test("each defect that there was in googleapis is one finding, on the line where it is", async () => {
  const protos = Object.fromEntries(
    readdirSync(defects).map((name) => [`defects/${name}`, readFileSync(new URL(name, defects), "utf8")]),
  );

  const findings = withoutMessages(await lint({ protos }));

  expect(findings).toEqual(markedFindings(protos));
  expect(findings.map(({ path }) => path)).toEqual(Object.keys(protos));
  expect(findings).toHaveLength(6);
});

test("a message names the rpc, what is wrong, and the fix", async () => {
  const findings = await lint({
    protos: library(`
      rpc CreateBook(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {response_type: "Boook" metadata_type: "Metadata"};
      }
      rpc PrintBook(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {response_type: "Book" metadata_type: "Format"};
      }`),
  });

  expect(findings.map(({ message }) => message)).toEqual([
    'response_type "Boook" of rpc CreateBook not found. Did you mean "Book"?',
    'metadata_type "Format" of rpc PrintBook is the enum acme.library.v1.Format, not a message. Use a message type.',
  ]);
});

test("options that are set field by field have a line each", async () => {
  const protos = library(`
      rpc CreateBook(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info).response_type = "Leaflet"; // LRO_TYPES_RESOLVE
        option (google.longrunning.operation_info).metadata_type = "Progress"; // LRO_TYPES_RESOLVE
      }`);

  expect(withoutMessages(await lint({ protos }))).toEqual(markedFindings(protos));
});

test("a type that comes by a public import is imported directly", async () => {
  const metadata = (visibility: string): Workspace["protos"] => ({
    ...library(
      `
      rpc PrintBook(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {
          response_type: "Book"
          metadata_type: "Pages"${visibility === "public" ? "" : " // LRO_TYPES_IMPORTED_DIRECTLY"}
        };
      }`,
      'import "acme/library/v1/all.proto";',
    ),
    "acme/library/v1/all.proto": `syntax = "proto3"; package acme.library.v1;
      import ${visibility} "acme/library/v1/pages.proto"; message All { Pages pages = 1; }`,
    "acme/library/v1/pages.proto": 'syntax = "proto3"; package acme.library.v1; message Pages {}',
  });

  for (const protos of [metadata("public"), metadata("")]) {
    expect(withoutMessages(await lint({ protos }))).toEqual(markedFindings(protos));
  }
});

test.each(['syntax = "proto2";', 'edition = "2023";', 'edition = "2024";'])(
  "%s is read like any other",
  async (syntax) => {
    const optional = syntax.includes("proto2") ? "optional" : "";
    const protos = {
      "acme/v1/job.proto": `${syntax}
      package acme.v1;
      message Job {
        map<string, Attempt> attempts = 1;
        enum State { STATE_UNSPECIFIED = 0; }
        message Attempt {}
        extensions 100 to 200;
        message Operation { // LRO_OPERATION_NOT_COPIED
          map<string, State> states = 1;
          ${optional} bool done = 2;
          oneof result {
            Attempt error = 3;
            Job response = 4;
          }
        }
      }
      extend Job { ${optional} Job.Operation operation = 100; }`,
    };

    expect(withoutMessages(await lint({ protos }))).toEqual(markedFindings(protos));
  },
);

describe("what is ignored", () => {
  const plain = "(Request) returns (google.longrunning.Operation);";

  test("a rule, by a comment on the rpc", async () => {
    const protos = library(`
      // Prints a book.
      //
      // buf:lint:ignore LRO_TYPES_RESOLVE
      rpc PrintBook(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {
          response_type: "Leaflet"
          metadata_type: "google.protobuf.Empty" // LRO_METADATA_NOT_EMPTY
        };
      }
      // buf:lint:ignore LRO_OPERATION_INFO_PRESENT
      rpc BindBook${plain}`);

    expect(withoutMessages(await lint({ protos }))).toEqual(markedFindings(protos));
  });

  test("a rule, by a comment on the service", async () => {
    const protos = library(`rpc BindBook${plain}`, "// buf:lint:ignore LRO_OPERATION_INFO_PRESENT");

    expect(await lint({ protos })).toEqual([]);
  });

  test("a rule, by its id under except", async () => {
    const protos = library(`
      rpc BindBook${plain}
      rpc CreateOperation(Request) returns (Book); // LRO_NO_CREATE_OPERATION`);

    expect(withoutMessages(await lint({ protos, rules: { except: ["LRO_OPERATION_INFO_PRESENT"] } }))).toEqual(
      markedFindings(protos),
    );
  });

  test("what should be, by category LRO_MUST", async () => {
    const protos = library(`
      rpc BindBook${plain} // LRO_OPERATION_INFO_PRESENT
      rpc CreateOperation(Request) returns (Book);`);

    expect(withoutMessages(await lint({ protos, rules: { use: ["LRO_MUST"] } }))).toEqual(markedFindings(protos));
  });
});

describe("options", () => {
  const purge = (mark: string): Workspace["protos"] =>
    library(`
      rpc PurgeBooks(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {
          response_type: "google.protobuf.Empty"${mark}
          metadata_type: "Metadata"
        };
      }`);

  test.each(["PurgeBooks", "acme.library.v1.Library.PurgeBooks", "Purge*", "acme.*"])(
    "empty_response_methods: [%s] allows rpc PurgeBooks to answer Empty",
    async (pattern) => {
      expect(await lint({ protos: purge(""), options: { empty_response_methods: [pattern] } })).toEqual([]);
    },
  );

  test("empty_response_methods allows no others", async () => {
    const protos = purge(" // LRO_RESPONSE_NOT_EMPTY");

    const findings = await lint({ protos, options: { empty_response_methods: ["Purge", "acme.library.v2.*"] } });

    expect(withoutMessages(findings)).toEqual(markedFindings(protos));
  });

  test.each([
    [{ empty_response_method: "Purge*" }, 'unknown option "empty_response_method".'],
    [{ empty_response_methods: true }, 'option "empty_response_methods" must be a string or a list of strings.'],
    [{ service_yaml: "library.yaml" }, "service_yaml=library.yaml: "],
  ])("%j is an error that says why", async (options, message) => {
    await expect(lint({ protos: purge(""), options })).rejects.toThrow(message);
  });
});

/** Returns a file with a service. */
function library(methods: string, comment = ""): Workspace["protos"] {
  const proto = `syntax = "proto3";
    package acme.library.v1;
    import "google/longrunning/operations.proto";
    import "google/protobuf/empty.proto";
    ${comment}
    service Library { ${methods}
    }
    message Request {}
    message Book {}
    message Metadata {}
    enum Format { FORMAT_UNSPECIFIED = 0; }`;
  return { "acme/library/v1/library.proto": proto };
}
