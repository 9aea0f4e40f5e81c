import { create, createFileRegistry, type DescFile, toBinary } from "@bufbuild/protobuf";
import {
  CodeGeneratorRequestSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { compile } from "../../../test/compile.ts";
import { readRequest } from "./encoded-request.ts";
import { RequestDetails } from "./request-details.ts";

const { file: compiled } = await compile({
  "acme.proto": `syntax = "proto3"; package acme;
import "google/protobuf/descriptor.proto";
message Book {
  message Page { map<string, string> words = 1; }
  enum Genre { GENRE_UNSPECIFIED = 0; }
}
extend google.protobuf.MethodOptions { Book book = 5000; }
service Library { rpc Get(Book) returns (Book); }`,
});
const protoFile = compiled.filter(({ name }) => name === "acme.proto");

function detailsOf(files: FileDescriptorProto[]): RequestDetails {
  const request = create(CodeGeneratorRequestSchema, { protoFile: files });
  return new RequestDetails(readRequest(toBinary(CodeGeneratorRequestSchema, request)));
}

describe("the position of a place", () => {
  const file = createFileRegistry(create(FileDescriptorSetSchema, { file: compiled })).getFile(
    "acme.proto",
  ) as DescFile;

  it("is that of the first path that has one", () => {
    expect(
      detailsOf(protoFile).positionOf({
        file,
        paths: [
          [6, 0, 2, 9],
          [6, 0, 2, 0],
          [6, 0],
        ],
      }),
    ).toBe("acme.proto:8:19");
  });

  it("is the name of the file if no path has one", () => {
    expect(detailsOf(protoFile).positionOf({ file, paths: [[6, 1]] })).toBe("acme.proto");
    const withoutSourceInfo = protoFile.map((proto) => create(FileDescriptorProtoSchema, { name: proto.name }));
    expect(detailsOf(withoutSourceInfo).positionOf({ file, paths: [[6, 0]] })).toBe("acme.proto");
    expect(detailsOf([]).positionOf({ file, paths: [[6, 0]] })).toBe("acme.proto");
  });

  it("is the first one if a path has several", () => {
    const [proto] = protoFile as [FileDescriptorProto];
    const location = [1, 2].map((line) => ({ path: [6, 0], span: [line, 0, 5] }));
    const repeated = create(FileDescriptorProtoSchema, { name: proto.name, sourceCodeInfo: { location } });
    expect(detailsOf([repeated]).positionOf({ file, paths: [[6, 0]] })).toBe("acme.proto:2:1");
  });
});

it("the names of messages include nested ones, but not map entries or other declarations", () => {
  expect(detailsOf(protoFile).messageNames).toEqual(["acme.Book", "acme.Book.Page"]);
});
