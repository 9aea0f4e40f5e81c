import { create, setExtension, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { CodeGeneratorRequestSchema, FileDescriptorProtoSchema, MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import { OperationInfoSchema, operation_info } from "../src/gen/google/longrunning/operations_pb.ts";
import { importClosure, type ProtoFile } from "../test/googleapis.ts";

const operations = "google/longrunning/operations.proto";
const request = CodeGeneratorRequestSchema.field;

/**
 * Encodes a request to generate code for many files, each with one long-running method.
 *
 * @param isChain Whether each file imports the previous one. Otherwise, the files are independent.
 * @param googleapis The files from which to take google.longrunning.
 */
export function syntheticRequest(
  count: number,
  isChain: boolean,
  googleapis: ReadonlyMap<string, ProtoFile>,
): Uint8Array {
  const names = Array.from({ length: count }, (_, i) => `acme/v1/file${i}.proto`);
  const writer = new BinaryWriter();
  for (const name of names) {
    writer.tag(request.fileToGenerate.number, WireType.LengthDelimited).string(name);
  }
  writer.tag(request.parameter.number, WireType.LengthDelimited).string("target=ts");
  const imported = [...googleapis.values()].filter(({ name }) => name === operations);
  for (const { encoded } of importClosure(imported, googleapis)) {
    writer.tag(request.protoFile.number, WireType.LengthDelimited).bytes(encoded);
  }
  names.forEach((name, i) => {
    const previous = isChain ? names.slice(Math.max(0, i - 1), i) : [];
    writer.tag(request.protoFile.number, WireType.LengthDelimited).bytes(encodeFile(name, i, previous));
  });
  return writer.finish();
}

function encodeFile(name: string, index: number, imports: readonly string[]): Uint8Array {
  const options = create(MethodOptionsSchema);
  const info = { responseType: `Response${index}`, metadataType: `Metadata${index}` };
  setExtension(options, operation_info, create(OperationInfoSchema, info));
  const method = {
    name: "Do",
    inputType: `.acme.v1.Request${index}`,
    outputType: ".google.longrunning.Operation",
    options,
  };
  return toBinary(
    FileDescriptorProtoSchema,
    create(FileDescriptorProtoSchema, {
      name,
      package: "acme.v1",
      syntax: "proto3",
      dependency: [operations, ...imports],
      service: [{ name: `Service${index}`, method: [method] }],
      messageType: [`Request${index}`, info.responseType, info.metadataType].map((name) => ({ name })),
    }),
  );
}
