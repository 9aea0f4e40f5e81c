import { MethodDescriptorProtoSchema, ServiceDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type Kept, prune } from "../../descriptor/prune.ts";
import { bytesOf, type Encoded, findAllEncoded, findEncoded, findText, visitEncoded } from "../../descriptor/wire.ts";
import { OperationSchema, operation_info } from "../../gen/google/longrunning/operations_pb.ts";
import { standInType } from "./stand-in.ts";

const service = ServiceDescriptorProtoSchema.field;
const { name, inputType, outputType, options } = MethodDescriptorProtoSchema.field;
const operationType = `.${OperationSchema.typeName}`;

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

/** Says whether there is anything to emit, or to say, of an encoded MethodDescriptorProto. */
export function isLongRunning(method: Encoded): boolean {
  return findText(method, outputType.number) === operationType || operationInfo(method).length > 0;
}

/**
 * Returns the encoded `google.longrunning.operation_info` of a method: none, one, or the parts of one, which protoc does
 * not join where its fields are set one by one.
 */
export function operationInfo(method: Encoded): Encoded[] {
  return findAllEncoded(findEncoded(method, options.number), operation_info.number);
}

/**
 * Returns an encoded ServiceDescriptorProto in which the plain methods have kept their names and places, but not their
 * types: a stand-in takes their place.
 */
export function pruneService(encodedService: Encoded): Uint8Array {
  return prune(encodedService, ofService);
}
