import { create } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** The name, as written in descriptors, of a placeholder type for elements whose real type is irrelevant. */
export const standInType = ".protoc_gen_ts_lro.StandIn";

/** Creates the file that declares the stand-in type. It has no imports, so it can be the first file. */
export function createStandInFile(): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: "protoc_gen_ts_lro/stand_in.proto",
    package: "protoc_gen_ts_lro",
    syntax: "proto3",
    messageType: [{ name: "StandIn" }],
  });
}
