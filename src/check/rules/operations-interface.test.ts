import { describe, expect, test } from "vitest";
import { type Files, markedFindings, withoutMessages } from "../../../test/buf-workspace.ts";
import { checkProtos } from "../../../test/check-protos.ts";

const noOwnService = ["LRO_NO_OWN_OPERATIONS_SERVICE"];

/** Returns a file with what is given in it, of the package acme.v1. */
function file(declarations: string): Files {
  const content = `syntax = "proto3"; package acme.v1; import "google/longrunning/operations.proto"; message M {}
    ${declarations}`;
  return { "acme/v1/service.proto": content };
}

describe("an operations interface of one's own", () => {
  test("is a service that gets, cancels, deletes or awaits operations", async () => {
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

  test("is a service that has ListOperations, and told of once", async () => {
    const protos = file(`service Jobs {
      rpc ListOperations(M) returns (M); // LRO_NO_OWN_OPERATIONS_SERVICE
      rpc GetOperation(M) returns (M);
    }`);
    expect(withoutMessages(await checkProtos({ protos, rules: noOwnService }))).toEqual(markedFindings(protos));
  });

  test("is a service that is called Operations, whose methods need not say so again", async () => {
    const services = ["Operations", "ZoneOperations", "OperationsService"].map(
      (name) => `service ${name} {
      rpc Wait(M) returns (M); // LRO_NO_OWN_OPERATIONS_SERVICE
    }`,
    );
    const protos = file(services.join("\n"));
    expect(withoutMessages(await checkProtos({ protos, rules: noOwnService }))).toEqual(markedFindings(protos));
  });

  test("is none of what is only called in a like way", async () => {
    const protos = file(`
      service Jobs { rpc Get(M) returns (M); rpc GetOperationLog(M) returns (M); rpc MayGetOperation(M) returns (M); }
      service OperationsLog { rpc Get(M) returns (M); }
      service Operations { rpc Run(M) returns (M); rpc GetJob(M) returns (M); }`);
    expect(await checkProtos({ protos, rules: noOwnService })).toEqual([]);
  });

  test("is not google.longrunning.Operations itself, which no rule has anything against", async () => {
    expect(await checkProtos({ protos: file(""), paths: ["google/longrunning/operations.proto"] })).toEqual([]);
  });
});

describe("a copy of Operation", () => {
  const rules = ["LRO_OPERATION_NOT_COPIED"];

  test("has its name, and the fields that say how it ended", async () => {
    const protos = file(`
      message Operation { bool done = 1; M error = 2; M response = 3; } // LRO_OPERATION_NOT_COPIED
      message Jobs {
        message Operation { string name = 1; M response = 2; M error = 3; bool done = 4; } // LRO_OPERATION_NOT_COPIED
      }`);
    expect(withoutMessages(await checkProtos({ protos, rules }))).toEqual(markedFindings(protos));
  });

  test("is not what lacks one of the fields, or has another name", async () => {
    const protos = file(`
      message Operation { bool done = 1; M error = 2; }
      message A { message Operation { bool done = 1; M response = 3; } }
      message B { message Operation { M error = 2; M response = 3; } }
      message Job { bool done = 1; M error = 2; M response = 3; }
      message C { enum Operation { OPERATION_UNSPECIFIED = 0; } }`);
    expect(await checkProtos({ protos, rules })).toEqual([]);
  });
});

describe("operations that nobody serves", () => {
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

  test("are those of a service that a YAML lists without google.longrunning.Operations", async () => {
    expect(await check({ "a.yaml": jobs })).toEqual(markedFindings(protos));
    expect(await check({ "a.yaml": "apis: []", "b.yaml": jobs })).toEqual(markedFindings(protos));
    expect(await check({ "a.yaml": jobs, "b.yaml": "apis: []" })).toEqual(markedFindings(protos));
  });

  test("are none where the YAML lists google.longrunning.Operations, or not the service", async () => {
    expect(await check({ "a.yaml": jobs.replace("acme.v1.Plain", "google.longrunning.Operations") })).toEqual([]);
    expect(await check({ "a.yaml": "apis: [{ name: acme.v1.Plain }]" })).toEqual([]);
    expect(await check({})).toEqual([]);
  });
});

test("CreateOperation is no name for a method, and others are", async () => {
  const protos = file(`service Jobs {
      rpc CreateOperations(M) returns (M);
      rpc CreateOperation(M) returns (M); // LRO_NO_CREATE_OPERATION
    }`);
  expect(withoutMessages(await checkProtos({ protos }))).toEqual(markedFindings(protos));
});
