import { createFileRegistry, type DescFile, type DescMethod } from "@bufbuild/protobuf";
import { beforeAll, expect, it } from "vitest";
import { compile } from "../../test/compile.ts";
import { OperationInfoSchema } from "../gen/google/longrunning/operations_pb.ts";
import { atMessage, atMethod, atOperationInfo, atService, type Place } from "./place.ts";

const proto = `syntax = "proto3"; package acme; import "google/longrunning/operations.proto";
message Request {}
message Book {
  message Draft {}
  message Page {
    message Line {}
  }
}
service Plain {}
service Library {
  rpc Get(Request) returns (Book);
  rpc Create(Request) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info) = {
      response_type: "Book"
      metadata_type: "Request"
    };
  }
}`;

let file: DescFile;

beforeAll(async () => {
  const registry = createFileRegistry(await compile({ "acme.proto": proto }));
  file = registry.getFile("acme.proto") as DescFile;
});

/** Returns the first words in the source at the paths of a place, for each path with a position. */
function textsAt(place: Place): string[] {
  expect(place.file).toBe(file);
  return place.paths.flatMap((path) => {
    const location = file.proto.sourceCodeInfo?.location.find((candidate) => candidate.path.join() === path.join());
    const [line = 0, column = 0] = location?.span ?? [];
    const [text] = /^\(?\w+(?: \w+)?/.exec(proto.split("\n")[line]?.slice(column) ?? "") ?? [];
    return location === undefined ? [] : (text ?? "");
  });
}

it("a place can be a service", () => {
  expect(file.services.map((service) => textsAt(atService(service)))).toEqual([["service Plain"], ["service Library"]]);
});

it("a place can be a message at any depth", () => {
  const [, book] = file.messages;
  const [, page] = book?.nestedMessages ?? [];
  const [line] = page?.nestedMessages ?? [];
  expect([book, page, line].map((message) => message && textsAt(atMessage(message)))).toEqual([
    ["message Book"],
    ["message Page"],
    ["message Line"],
  ]);
});

it("a place can be a method", () => {
  expect(file.services[1]?.methods.map((method) => textsAt(atMethod(method)))).toEqual([["rpc Get"], ["rpc Create"]]);
});

it("a place can be operation_info or one of its fields, and falls back to the rpc", () => {
  const create = file.services[1]?.methods[1] as DescMethod;
  const { metadataType } = OperationInfoSchema.field;
  expect(textsAt(atOperationInfo(create))).toEqual(["(google", "rpc Create"]);
  expect(textsAt(atOperationInfo(create, metadataType))).toEqual(["metadata_type", "(google", "rpc Create"]);
});
