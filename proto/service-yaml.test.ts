import { createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { buildProtos } from "../test/googleapis.ts";

const readMessages = async (folder: string, name: string): Promise<Map<string, DescMessage>> => {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, await buildProtos(folder, [name])));
  return new Map([...registry].flatMap((desc) => (desc.kind === "message" ? [[desc.typeName, desc]] : [])));
};
const ours = await readMessages("proto", "service_yaml/service.proto");
const theirs = await readMessages("node_modules/google-proto-files", "google/api/service.proto");

/** Real files have more keys at the top level. The proto file declares only those that we read. */
const open = "google.api.Service";

const messages = [...ours.values()].filter(({ file }) => file.name === "service_yaml/service");

test.each(messages.map((message) => [message.typeName, message] as const))(
  "%s has the fields of googleapis, or reserves them",
  (name, message) => {
    const their = theirs.get(name === "google.api.Api" ? "google.protobuf.Api" : name);
    const expected = new Map(their?.fields.map((field) => [field.name, describe(field)]));
    for (const field of message.fields) {
      expect(describe(field)).toEqual(expected.get(field.name));
    }
    if (name !== open) {
      const listed = [...message.fields.map((field) => field.name), ...message.proto.reservedName];
      expect(listed.sort()).toEqual([...expected.keys()].sort());
    }
  },
);

function describe(field: DescMessage["fields"][number]): unknown {
  const type = field.message?.typeName.replace("google.protobuf.Api", "google.api.Api");
  return [field.number, field.fieldKind, field.scalar, type];
}
