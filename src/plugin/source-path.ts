import type { DescMethod } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  MethodDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { operation_info } from "../gen/google/longrunning/operations_pb.js";

/** Returns the path of a method in the source info of its file. */
export function methodPath(method: DescMethod): number[] {
  const service = method.parent;
  return [
    FileDescriptorProtoSchema.field.service.number,
    service.file.services.indexOf(service),
    ServiceDescriptorProtoSchema.field.method.number,
    service.methods.indexOf(method),
  ];
}

/** Returns the path of a method's operation_info in the source info of its file. */
export function operationInfoPath(method: DescMethod): number[] {
  return [...methodPath(method), MethodDescriptorProtoSchema.field.options.number, operation_info.number];
}
