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
  test("is a service that gets, cancels, deletes or waits for operations", async () => {
    const verbs = ["Get", "Cancel", "Delete", "Wait"];
    const services = verbs.map(
      (verb) => `service ${verb}Jobs {
      rpc Run(M) returns (M);
      rpc ${verb}Operation(M) returns (M); // LRO_NO_OWN_OPERATIONS_SERVICE
    }`,
    );
    const protos = file(services.join("\n"));
    expect(withoutMessages(await checkProtos({ protos, rules: noOwnService }))).toEqual(markedFindings(protos));
  });

  test("is a service with ListOperations, and is reported once", async () => {
    const protos = file(`service Jobs {
      rpc ListOperations(M) returns (M); // LRO_NO_OWN_OPERATIONS_SERVICE
      rpc GetOperation(M) returns (M);
    }`);
    expect(withoutMessages(await checkProtos({ protos, rules: noOwnService }))).toEqual(markedFindings(protos));
  });

  test("is a service named Operations, even if its methods are named only Wait", async () => {
    const services = ["Operations", "ZoneOperations", "OperationsService"].map(
      (name) => `service ${name} {
      rpc Wait(M) returns (M); // LRO_NO_OWN_OPERATIONS_SERVICE
    }`,
    );
    const protos = file(services.join("\n"));
    expect(withoutMessages(await checkProtos({ protos, rules: noOwnService }))).toEqual(markedFindings(protos));
  });

  test("is not a service or method whose name is only similar", async () => {
    const protos = file(`
      service Jobs { rpc Get(M) returns (M); rpc GetOperationLog(M) returns (M); rpc MayGetOperation(M) returns (M); }
      service OperationsLog { rpc Get(M) returns (M); }
      service Operations { rpc Run(M) returns (M); rpc GetJob(M) returns (M); }`);
    expect(await checkProtos({ protos, rules: noOwnService })).toEqual([]);
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
