import { MethodDescriptorProtoSchema, ServiceDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { operationInfoNumber, operationType } from "../../descriptor/operation.ts";
import { type Kept, prune } from "../../descriptor/prune.ts";
import { bytesOf, type Encoded, findAllEncoded, findEncoded, findText, visitEncoded } from "../../descriptor/wire.ts";
import { standInType } from "./stand-in.ts";

const service = ServiceDescriptorProtoSchema.field;
const { name, inputType, outputType, options } = MethodDescriptorProtoSchema.field;

const standIn = new TextEncoder().encode(standInType);
const ofPlainMethod: Kept = new Map([
  [name.number, bytesOf],
  [inputType.number, () => standIn],
  [outputType.number, () => standIn],
]);
const ofService: Kept = new Map([
  [service.name.number, bytesOf],
  [service.options.number, bytesOf],
  [service.method.number, (method) => (isLongRunning(method) ? bytesOf(method) : prune(method, ofPlainMethod))],
]);

/** Visits the methods of an encoded ServiceDescriptorProto. */
export function visitMethods(encodedService: Encoded, visit: (method: Encoded) => void): void {
  visitEncoded(encodedService, (number, value) => {
    if (number === service.method.number) {
      visit(value);
    }
  });
}

/** Returns whether an encoded MethodDescriptorProto returns an Operation or has operation_info. */
export function isLongRunning(method: Encoded): boolean {
  return findText(method, outputType.number) === `.${operationType}` || operationInfo(method).length > 0;
}

/**
 * Returns the encoded `google.longrunning.operation_info` of a method. There are several parts if the proto sets its fields
 * one by one, because protoc does not merge them.
 */
export function operationInfo(method: Encoded): Encoded[] {
  return findAllEncoded(findEncoded(method, options.number), operationInfoNumber);
}

/**
 * Returns an encoded ServiceDescriptorProto in which plain methods keep their names and positions. A stand-in replaces
 * their request and response types.
 */
export function pruneService(encodedService: Encoded): Uint8Array {
  return prune(encodedService, ofService);
}
