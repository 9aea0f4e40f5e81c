import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Files, markedFindings, withoutMessages } from "../../test/buf-workspace.ts";
import { checkProtos } from "../../test/check-protos.ts";
import { library } from "../../test/library-proto.ts";

const defects = new URL("../../testdata/check/defects/", import.meta.url);

test("each known defect of googleapis is one finding, on its line", async () => {
  const protos = Object.fromEntries(
    readdirSync(defects).map((name) => [`defects/${name}`, readFileSync(new URL(name, defects), "utf8")]),
  );

  const findings = withoutMessages(await checkProtos({ protos }));

  expect(findings).toEqual(markedFindings(protos));
  expect(findings.map(({ path }) => path)).toEqual(Object.keys(protos));
  expect(findings).toHaveLength(6);
});

test("a message contains the rpc, the problem and the fix", async () => {
  const findings = await checkProtos({
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

test("options that are set field by field are reported on their own lines", async () => {
  const protos = library(`
      rpc CreateBook(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info).response_type = "Leaflet"; // LRO_TYPES_RESOLVE
        option (google.longrunning.operation_info).metadata_type = "Progress"; // LRO_TYPES_RESOLVE
      }`);

  expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
});

test("a type from a public import counts as imported directly", async () => {
  const metadata = (visibility: string): Files => ({
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
    expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
  }
});

test.each(['syntax = "proto2";', 'edition = "2023";', 'edition = "2024";'])(
  "%s is checked like any other syntax",
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

    expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
  },
);

describe("options", () => {
  const purge = (mark: string): Files =>
    library(`
      rpc PurgeBooks(Request) returns (google.longrunning.Operation) {
        option (google.longrunning.operation_info) = {
          response_type: "google.protobuf.Empty"${mark}
          metadata_type: "Metadata"
        };
      }`);

  test.each(["PurgeBooks", "acme.library.v1.Library.PurgeBooks", "Purge*", "acme.*"])(
    "empty_response_methods: [%s] allows rpc PurgeBooks to return Empty",
    async (pattern) => {
      expect(await checkProtos({ protos: purge(""), options: { empty_response_methods: [pattern] } })).toEqual([]);
    },
  );

  test("empty_response_methods allows no other methods", async () => {
    const protos = purge(" // LRO_RESPONSE_NOT_EMPTY");

    const findings = await checkProtos({ protos, options: { empty_response_methods: ["Purge", "acme.library.v2.*"] } });

    expect(withoutMessages(findings)).toEqual(markedFindings(protos));
  });

  test.each([
    [{ empty_response_method: "Purge*" }, 'unknown option "empty_response_method".'],
    [{ empty_response_methods: true }, 'option "empty_response_methods" must be a string or a list of strings.'],
  ])("%j is rejected with the reason", async (options, message) => {
    await expect(checkProtos({ protos: purge(""), options })).rejects.toThrow(message);
  });
});
