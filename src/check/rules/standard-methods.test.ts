import { expect, test } from "vitest";
import { type Files, markedFindings, withoutMessages } from "../../../test/buf-workspace.ts";
import { checkProtos } from "../../../test/check-protos.ts";

const rules = ["LRO_STANDARD_RESPONSE"];

/** Returns a file with a service whose methods have the given response types. */
function service(methods: Readonly<Record<string, string>>): Files {
  const rpcs = Object.entries(methods).map(
    ([name, response]) => `rpc ${name}(Request) returns (google.longrunning.Operation) {
      option (google.longrunning.operation_info) = { metadata_type: "Request"
        response_type: ${response}
      };
    }`,
  );
  return {
    "acme/v1/service.proto": `syntax = "proto3"; package acme.v1;
      import "acme/v2/pages.proto"; import "google/longrunning/operations.proto"; import "google/protobuf/empty.proto";
      service Library { ${rpcs.join("\n")} }
      message Request {}
      message Book {}
      enum Format { FORMAT_UNSPECIFIED = 0; }`,
    "acme/v2/pages.proto": 'syntax = "proto3"; package acme; message Page {} message Author {}',
  };
}

test("Create and Update return the resource, Delete returns the resource or Empty", async () => {
  const protos = service({
    CreateBook: '"Book"',
    UpdateBook: '".acme.v1.Book"',
    DeleteBook: '"acme.v1.Book"',
  });
  expect(await checkProtos({ protos, rules })).toEqual([]);
  expect(await checkProtos({ protos: service({ DeleteBook: '"google.protobuf.Empty"' }), rules })).toEqual([]);
});

test("other responses of Create, Update and Delete are reported", async () => {
  const protos = service({
    CreateBook: '"google.protobuf.Empty" // LRO_STANDARD_RESPONSE',
    UpdateBook: '"Request" // LRO_STANDARD_RESPONSE',
    DeleteBook: '"Request" // LRO_STANDARD_RESPONSE',
  });
  const findings = await checkProtos({ protos, rules });
  expect(withoutMessages(findings)).toEqual(markedFindings(protos));
  expect(findings.map(({ message }) => message)).toEqual([
    'rpc CreateBook has the response type "google.protobuf.Empty". Use acme.v1.Book for Create methods.',
    'rpc UpdateBook has the response type "Request". Use acme.v1.Book for Update methods.',
    'rpc DeleteBook has the response type "Request". Use google.protobuf.Empty or acme.v1.Book for Delete methods.',
  ]);
});

test("a method is standard only if its name is a verb and the name of a message in the package", async () => {
  const protos = service({
    Create: '"Request"',
    CreateNothing: '"Request"',
    CreateFormat: '"Request"',
    CreatePage: '"Request"',
    Createbook: '"Request"',
    MayCreateBook: '"Request"',
    ImportBook: '"Request"',
  });
  expect(await checkProtos({ protos, rules })).toEqual([]);
});

test("another rule reports a response that is not found", async () => {
  expect(await checkProtos({ protos: service({ CreateBook: '"Nothing"' }), rules })).toEqual([]);
  expect(await checkProtos({ protos: service({ CreateBook: '"Format"' }), rules })).toEqual([]);
});
