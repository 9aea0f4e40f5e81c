import type { DescField, DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  FileDescriptorProtoSchema,
  MethodDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { operationInfoNumber } from "./operation.ts";

/** Returns the path of a message in the source info of its file. */
export function messagePath({ proto, parent, file }: DescMessage): number[] {
  return parent
    ? [...messagePath(parent), DescriptorProtoSchema.field.nestedType.number, parent.proto.nestedType.indexOf(proto)]
    : [FileDescriptorProtoSchema.field.messageType.number, file.proto.messageType.indexOf(proto)];
}

/** Returns the path of a field in the source info of the file of its message. */
export function fieldPath({ proto }: DescField, message: DescMessage): number[] {
  return [...messagePath(message), DescriptorProtoSchema.field.field.number, message.proto.field.indexOf(proto)];
}

/** Returns the path of a service in the source info of its file. */
export function servicePath(service: DescService): number[] {
  return [FileDescriptorProtoSchema.field.service.number, service.file.services.indexOf(service)];
}

/** Returns the path of a method in the source info of its file. */
export function methodPath(method: DescMethod): number[] {
  const { parent } = method;
  return [...servicePath(parent), ServiceDescriptorProtoSchema.field.method.number, parent.methods.indexOf(method)];
}

/** Returns the path of a method's operation_info in the source info of its file. */
export function operationInfoPath(method: DescMethod): number[] {
  return [...methodPath(method), MethodDescriptorProtoSchema.field.options.number, operationInfoNumber];
}
