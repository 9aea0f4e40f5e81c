import { createFileRegistry, type DescField, type DescFile, fromBinary, isFieldSet } from "@bufbuild/protobuf";
import { FieldDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { buildProtos } from "../testdata/googleapis.js";
import { file_google_api_annotations } from "./gen/google/api/annotations_pb.js";
import { file_google_api_http } from "./gen/google/api/http_pb.js";
import { file_google_api_routing } from "./gen/google/api/routing_pb.js";
import { file_google_longrunning_operations } from "./gen/google/longrunning/operations_pb.js";
import { file_google_rpc_error_details } from "./gen/google/rpc/error_details_pb.js";
import { file_google_rpc_status } from "./gen/google/rpc/status_pb.js";

const files = [
  file_google_api_annotations,
  file_google_api_http,
  file_google_api_routing,
  file_google_longrunning_operations,
  file_google_rpc_error_details,
  file_google_rpc_status,
];
const names = files.map(({ name }) => `${name}.proto`);
const real = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, buildProtos("node_modules/google-proto-files", names)),
);

// What decides how a field is written, in binary and in JSON.
function field({ proto }: Pick<DescField, "proto">): object {
  const { name, number, type, typeName, label, jsonName, proto3Optional } = proto;
  const oneof = isFieldSet(proto, FieldDescriptorProtoSchema.field.oneofIndex);
  return { name, number, type, typeName, label, jsonName, proto3Optional, oneof };
}

function shape({ messages, extensions, services }: DescFile): object {
  return {
    messages: Object.fromEntries(
      messages
        .flatMap((message) => [message, ...message.nestedMessages])
        .map(({ typeName, fields }) => [typeName, fields.map(field)]),
    ),
    extensions: extensions.map(({ proto, extendee }) => ({ ...field({ proto }), extendee: extendee.typeName })),
    services: services.map(({ typeName, methods }) => ({
      typeName,
      methods: methods.map(({ name, input, output }) => [name, input.typeName, output.typeName]),
    })),
  };
}

// It may leave out messages, but no field.
test.each(files.map((file) => [file.name, file] as const))(
  "%s.proto is wire-compatible with the one of googleapis",
  (name, file) => {
    expect(shape(real.getFile(`${name}.proto`) as DescFile)).toMatchObject(shape(file));
  },
);
