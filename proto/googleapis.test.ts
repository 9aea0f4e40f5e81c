import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fromBinary, type JsonValue, toJson } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorSetSchema,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { buildProtos } from "../test/googleapis.ts";
import { root } from "../test/repository.ts";

const names = readdirSync(join(root, "proto/google"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".proto"))
  .map((path) => `google/${path.replaceAll("\\", "/")}`);
const ours = readFiles(await buildProtos("proto", names));
const theirs = readFiles(await buildProtos("node_modules/google-proto-files", names));

/** Declarations that contain the HTTP rules of a service configuration, which this package does not read. */
const leftOut = new Set(["google.api.Http"]);

test("contains the protos that the runtime and the plugin need", () => {
  expect(names).toEqual(
    expect.arrayContaining([
      "google/longrunning/operations.proto",
      "google/rpc/code.proto",
      "google/rpc/error_details.proto",
      "google/rpc/status.proto",
    ]),
  );
});

describe.each(names)("%s", (name) => {
  const our = declarations(ours.get(name));
  const their = declarations(theirs.get(name));

  test("has the same declarations as in googleapis", () => {
    expect([...our.keys()].sort()).toEqual([...their.keys()].filter((key) => !leftOut.has(key)).sort());
  });

  test.each([...our.keys()])("%s is identical on the wire, in JSON and in code", (key) => {
    expect(our.get(key)).toEqual(their.get(key));
  });
});

function readFiles(encoded: Uint8Array): Map<string, FileDescriptorProto> {
  return new Map(fromBinary(FileDescriptorSetSchema, encoded).file.map((file) => [file.name, file]));
}

/** Returns a file's syntax and its declarations by full name, as JSON without options. */
function declarations(file: FileDescriptorProto | undefined): Map<string, JsonValue> {
  if (file === undefined) {
    throw new Error("buf has not compiled the file");
  }
  const declared = [
    ...file.messageType.map((message) => [message.name, toJson(DescriptorProtoSchema, message)] as const),
    ...file.enumType.map((enumeration) => [enumeration.name, toJson(EnumDescriptorProtoSchema, enumeration)] as const),
    ...file.service.map((service) => [service.name, toJson(ServiceDescriptorProtoSchema, service)] as const),
    ...file.extension.map((extension) => [extension.name, toJson(FieldDescriptorProtoSchema, extension)] as const),
  ];
  return new Map([
    ["syntax", file.syntax],
    ...declared.map(([name, json]) => [`${file.package}.${name}`, comparable(json)] as const),
  ]);
}

/** Omits options, except the one that makes a field a map, and the order of fields in the source. */
function comparable(json: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(json), (key, value) => {
    if (key === "options") {
      return value.mapEntry ? { mapEntry: true } : undefined;
    }
    return key === "field" || key === "value"
      ? value.toSorted((a: { number: number }, b: { number: number }) => a.number - b.number)
      : value;
  });
}
