import { fromBinary, getExtension, hasExtension } from "@bufbuild/protobuf";
import { type DescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { encodeRequest, googleapis, longRunningDirectories } from "../../test/googleapis.ts";
import { runOnRequest } from "../../test/run-plugin.ts";
import { FieldInfo_Format, field_info } from "../gen/google/api/field_info_pb.ts";
import { operation_info } from "../gen/google/longrunning/operations_pb.ts";

test("over all of googleapis, the methods whose requests have an ID with the format UUID4 are emitted as such", async () => {
  const files = await googleapis();
  const protos = [...files.values()].map(({ encoded }) => fromBinary(FileDescriptorProtoSchema, encoded));
  const identified = new Set(
    protos.flatMap(({ package: scope, messageType }) =>
      messageType.filter(hasRequestId).map(({ name }) => `.${scope}.${name}`),
    ),
  );
  const methods = protos.flatMap(({ service }) => service.flatMap(({ method }) => method));
  const expected = methods.filter(
    ({ options, inputType }) => options && hasExtension(options, operation_info) && identified.has(inputType),
  );
  const emitted = [...longRunningDirectories(files).values()].flatMap((siblings) => {
    const output = runOnRequest(encodeRequest(siblings, files, "target=ts"));
    return Object.values(output.files).flatMap((content) => content.match(/^ {6}requestId: "requestId",$/gm) ?? []);
  });
  expect(expected).toHaveLength(325);
  expect(emitted).toHaveLength(expected.length);
});

function hasRequestId({ field }: DescriptorProto): boolean {
  return field.some(
    ({ name, options }) =>
      name === "request_id" &&
      options !== undefined &&
      hasExtension(options, field_info) &&
      getExtension(options, field_info).format === FieldInfo_Format.UUID4,
  );
}
