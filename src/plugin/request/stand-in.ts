import { create } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** The type of what must have one, but whose type does not matter, as it stands in descriptors. */
export const standInType = ".protoc_gen_ts_lro.StandIn";

/** Creates the file that declares the stand-in. It imports nothing, so that it can go before all other files. */
export function createStandInFile(): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: "protoc_gen_ts_lro/stand_in.proto",
    package: "protoc_gen_ts_lro",
    syntax: "proto3",
    messageType: [{ name: "StandIn" }],
  });
}
