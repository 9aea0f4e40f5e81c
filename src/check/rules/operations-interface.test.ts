import { describe, expect, test } from "vitest";
import { type Files, markedFindings, withoutMessages } from "../../../test/buf-workspace.ts";
import { checkProtos } from "../../../test/check-protos.ts";

const noOwnService = ["LRO_NO_OWN_OPERATIONS_SERVICE"];

/** Returns a file of the package acme.v1 with the given declarations. */
function file(declarations: string): Files {
  const content = `syntax = "proto3"; package acme.v1; import "google/longrunning/operations.proto"; message M {}
    ${declarations}`;
  return { "acme/v1/service.proto": content };
}

describe("an API's own Operations service", () => {
  const requests = `
    message GetOperationRequest { string name = 1; }
    message CancelRequest { string operation_id = 1; }
    message ListOperationsRequest { string name = 1; string parent = 2; }`;

  async function expectMarked(declarations: string): Promise<void> {
    const protos = file(declarations + requests);
    expect(withoutMessages(await checkProtos({ protos, rules: noOwnService }))).toEqual(markedFindings(protos));
  }

  test("is a service with a method that takes the name of an operation", async () => {
    const names = ["GetOperation", "WaitOperation", "PollOperation", "CancelLongRunningOperation", "StopOperations"];
    const services = names.map(
      (name) => `service ${name}Jobs {
      rpc Run(M) returns (M);
      rpc ${name}(GetOperationRequest) returns (M); // LRO_NO_OWN_OPERATIONS_SERVICE
      rpc Also${name}(GetOperationRequest) returns (M);
    }`,
    );
    await expectMarked(services.join("\n"));
  });

  test("is a service that is named after operations, and is reported once", async () => {
    const services = ["Operations", "ZoneOperations", "OperationService", "OperationsService"].map(
      (name) => `service ${name} {
      rpc Run(M) returns (M);
      rpc List(ListOperationsRequest) returns (M);
      rpc Get(GetOperationRequest) returns (M); // LRO_NO_OWN_OPERATIONS_SERVICE
      rpc Cancel(CancelRequest) returns (M);
    }`,
    );
    await expectMarked(services.join("\n"));
  });

  test("is a service that lists operations like those of google.longrunning", async () => {
    await expectMarked(`
      message Job { string name = 1; bool done = 2; oneof result { M error = 3; M response = 4; } }
      message ListJobOperationsResponse { repeated Job jobs = 1; }
      message ListOperationsResponse { repeated google.longrunning.Operation operations = 1; }
      service Own {
        rpc ListOperations(M) returns (ListJobOperationsResponse); // LRO_NO_OWN_OPERATIONS_SERVICE
      }
      service Shared {
        rpc ListOperations(M) returns (ListOperationsResponse); // LRO_NO_OWN_OPERATIONS_SERVICE
      }`);
  });

  test("is not a service that lists operations of another kind on a resource", async () => {
    await expectMarked(`
      message Operation { string id = 1; bool done = 2; oneof result { M error = 3; M response = 4; } }
      message ListDiskOperationsResponse { repeated Operation operations = 1; Operation last = 2; }
      service Disks { rpc ListOperations(ListOperationsRequest) returns (ListDiskOperationsResponse); }`);
  });

  test("is not a service or method whose name is only similar", async () => {
    await expectMarked(`
      message GetApiOperationRequest { string name = 1; }
      message GetBookRequest { string name = 1; int32 operation = 2; }
      service Jobs {
        rpc Get(GetOperationRequest) returns (M);
        rpc GetOperation(GetBookRequest) returns (M);
        rpc GetApiOperation(GetApiOperationRequest) returns (M);
        rpc CreateOperation(GetOperationRequest) returns (M);
        rpc GetOperationLog(GetOperationRequest) returns (M);
      }
      service OperationsLog { rpc Get(GetOperationRequest) returns (M); }
      service BatchOperations { rpc GetBatch(GetOperationRequest) returns (M); }`);
  });

  test("is not google.longrunning.Operations itself, which breaks no rule", async () => {
    expect(await checkProtos({ protos: file(""), paths: ["google/longrunning/operations.proto"] })).toEqual([]);
  });
});

describe("a copy of Operation", () => {
  const rules = ["LRO_OPERATION_NOT_COPIED"];

  test("has its name and the fields of the outcome", async () => {
    const protos = file(`
      message Operation { bool done = 1; M error = 2; M response = 3; } // LRO_OPERATION_NOT_COPIED
      message Jobs {
        message Operation { string name = 1; M response = 2; M error = 3; bool done = 4; } // LRO_OPERATION_NOT_COPIED
      }`);
    expect(withoutMessages(await checkProtos({ protos, rules }))).toEqual(markedFindings(protos));
  });

  test("has the fields of Operation, under any name", async () => {
    const protos = file(`
      message LongRunningOperation { // LRO_OPERATION_NOT_COPIED
        string name = 1; map<string, M> operation_labels = 5; bool done = 2; oneof result { M error = 3; M response = 4; }
      }
      message Job { string name = 1; bool done = 2; oneof result { M error = 3; } oneof other { M response = 4; } }
      message Task { string id = 1; bool done = 2; oneof result { M error = 3; M response = 4; } }`);
    expect(withoutMessages(await checkProtos({ protos, rules }))).toEqual(markedFindings(protos));
  });

  test("is not a message that lacks one of the fields or has another name", async () => {
    const protos = file(`
      message Operation { bool done = 1; M error = 2; }
      message A { message Operation { bool done = 1; M response = 3; } }
      message B { message Operation { M error = 2; M response = 3; } }
      message Job { bool done = 1; M error = 2; M response = 3; }
      message C { enum Operation { OPERATION_UNSPECIFIED = 0; } }`);
    expect(await checkProtos({ protos, rules })).toEqual([]);
  });
});

describe("operations that no service returns", () => {
  const rules = ["LRO_OPERATIONS_SERVED"];
  const protos = file(`
      service Jobs { // LRO_OPERATIONS_SERVED
        rpc Get(M) returns (M);
        rpc Run(M) returns (google.longrunning.Operation);
      }
      service Plain { rpc Get(M) returns (M); }`);
  const jobs = "apis: [{ name: acme.v1.Plain }, { name: acme.v1.Jobs }]";

  async function check(yamls: Files) {
    return withoutMessages(await checkProtos({ protos, rules, options: { service_yaml: Object.keys(yamls) }, yamls }));
  }

  test("are reported if a YAML lists their service without google.longrunning.Operations", async () => {
    expect(await check({ "a.yaml": jobs })).toEqual(markedFindings(protos));
    expect(await check({ "a.yaml": "apis: []", "b.yaml": jobs })).toEqual(markedFindings(protos));
    expect(await check({ "a.yaml": jobs, "b.yaml": "apis: []" })).toEqual(markedFindings(protos));
  });

  test("are not reported if the YAML lists google.longrunning.Operations or does not list their service", async () => {
    expect(await check({ "a.yaml": jobs.replace("acme.v1.Plain", "google.longrunning.Operations") })).toEqual([]);
    expect(await check({ "a.yaml": "apis: [{ name: acme.v1.Plain }]" })).toEqual([]);
    expect(await check({})).toEqual([]);
  });
});

test("a method named CreateOperation is reported, and one with a similar name is not", async () => {
  const protos = file(`service Jobs {
      rpc CreateOperations(M) returns (M);
      rpc CreateOperation(M) returns (M); // LRO_NO_CREATE_OPERATION
    }`);
  expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
});
