import { createFileRegistry, type DescMethod } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { compile } from "../../test/compile.ts";
import { requestIdField } from "./request-id.ts";

/** Returns the method of a service whose request has these fields. */
async function methodWith(fields: string): Promise<DescMethod> {
  const set = await compile({
    "acme.proto": `syntax = "proto3"; package acme; import "google/api/field_info.proto";
      service Library { rpc Create(Request) returns (Request); }
      message Request { ${fields} }`,
  });
  return createFileRegistry(set).getService("acme.Library")?.methods[0] as DescMethod;
}

test.each([
  ["the request_id that is declared to be a UUID", "string request_id = 1 [(google.api.field_info).format = UUID4];"],
  ["one with presence", "optional string request_id = 1 [(google.api.field_info).format = UUID4];"],
])("the ID of a request is %s", async (_, fields) => {
  expect(requestIdField(await methodWith(fields))).toBe("requestId");
});

test.each([
  ["that has no format", "string request_id = 1;"],
  ["that has another format", "string request_id = 1 [(google.api.field_info).format = IPV4];"],
  ["with another name", "string uid = 1 [(google.api.field_info).format = UUID4];"],
  ["of another type", "bytes request_id = 1 [(google.api.field_info).format = UUID4];"],
])("the ID of a request is not a field %s", async (_, fields) => {
  expect(requestIdField(await methodWith(fields))).toBeUndefined();
});

test("the ID of a request is the field that the service YAML lists, in any case", async () => {
  const plain = await methodWith("string request_id = 1;");
  expect(requestIdField(plain, ["request_id"])).toBe("requestId");
  expect(requestIdField(plain, ["to_string"])).toBe("toString$");
  expect(requestIdField(plain, [])).toBeUndefined();
});
