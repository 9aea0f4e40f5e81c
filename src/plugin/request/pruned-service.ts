import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { MethodDescriptorProtoSchema, ServiceDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import {
  type Encoded,
  findAllEncoded,
  findEncoded,
  findText,
  visitEncoded,
  writeBytes,
  writeEncoded,
} from "../../descriptor/wire.ts";
import { OperationSchema, operation_info } from "../../gen/google/longrunning/operations_pb.ts";
import { standInType } from "./stand-in.ts";

const { method: methodField } = ServiceDescriptorProtoSchema.field;
const { name, inputType, outputType, options } = MethodDescriptorProtoSchema.field;
const operationType = `.${OperationSchema.typeName}`;

/** Visits the methods of an encoded ServiceDescriptorProto. */
export function visitMethods(service: Encoded, visit: (method: Encoded) => void): void {
  visitEncoded(service, (number, value) => {
    if (number === methodField.number) {
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
export function pruneService(service: Encoded): Uint8Array {
  const writer = new BinaryWriter();
  visitEncoded(service, (number, value) => {
    if (number === methodField.number && !isLongRunning(value)) {
      writeBytes(writer, number, prunePlainMethod(value));
    } else {
      writeEncoded(writer, number, value);
    }
  });
  return writer.finish();
}

function prunePlainMethod(method: Encoded): Uint8Array {
  const writer = new BinaryWriter();
  writeEncoded(writer, name.number, findEncoded(method, name.number));
  for (const { number } of [inputType, outputType]) {
    writer.tag(number, WireType.LengthDelimited).string(standInType);
  }
  return writer.finish();
}
