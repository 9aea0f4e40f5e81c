import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import {
  type OperationInfo,
  OperationSchema,
  Operations,
  operation_info,
} from "../gen/google/longrunning/operations_pb.ts";

/*
 * Definition of an operation in protos: its message, the service that serves operations, and the option with their
 * types. The generator and the rules use only this definition. src/operation/snapshot.ts is the counterpart at run
 * time.
 */

/** The full name of the message. */
export const operationType: string = OperationSchema.typeName;

/** The full name of the service with which clients poll operations. */
export const operationsService: string = Operations.typeName;

/** The number of the method option that declares the types of an operation's response and metadata. */
export const operationInfoNumber: number = operation_info.number;

export function returnsOperation({ output }: DescMethod): boolean {
  return output.typeName === operationType;
}

/** Returns whether a method starts an operation. The methods of the Operations service return operations that exist. */
export function startsOperation(method: DescMethod): boolean {
  return returnsOperation(method) && method.parent.typeName !== operationsService;
}

/** Returns the types that a method declares for its operations. `undefined` if it has no such option. */
export function operationInfoOf(method: DescMethod): OperationInfo | undefined {
  return hasOption(method, operation_info) ? getOption(method, operation_info) : undefined;
}
