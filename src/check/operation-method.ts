import { type DescField, type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { atOperationInfo, type Place } from "../descriptor/place.ts";
import type { NamedDesc, TypeScope } from "../descriptor/scope.ts";
import {
  OperationInfoSchema,
  OperationSchema,
  Operations,
  operation_info,
} from "../gen/google/longrunning/operations_pb.ts";

/** A method that returns google.longrunning.Operation and has operation_info. */
export interface OperationMethod {
  readonly desc: DescMethod;
  readonly response: TypeName;
  readonly metadata: TypeName;
}

/** A name in operation_info. */
export interface TypeName {
  readonly method: DescMethod;
  /** The field of google.longrunning.OperationInfo. */
  readonly field: DescField;
  /** The name as written in the proto. */
  readonly name: string;
  /** The declaration that the name refers to. `undefined` if there is no such declaration. */
  readonly desc: NamedDesc | undefined;
}

export function atTypeName({ method, field }: TypeName): Place {
  return atOperationInfo(method, field);
}

/** Returns whether a method starts an operation. Methods of google.longrunning.Operations only return existing ones. */
export function returnsOperation({ output, parent }: DescMethod): boolean {
  return output.typeName === OperationSchema.typeName && parent.typeName !== Operations.typeName;
}

export function hasOperationInfo(method: DescMethod): boolean {
  return hasOption(method, operation_info);
}

export function findOperationMethods(methods: readonly DescMethod[], scope: TypeScope): OperationMethod[] {
  const { responseType, metadataType } = OperationInfoSchema.field;
  return methods
    .filter((method) => returnsOperation(method) && hasOperationInfo(method))
    .map((desc) => {
      const info = getOption(desc, operation_info);
      const resolve = (field: DescField, name: string): TypeName => ({
        method: desc,
        field,
        name,
        desc: scope.find(name, desc.parent),
      });
      return {
        desc,
        response: resolve(responseType, info.responseType),
        metadata: resolve(metadataType, info.metadataType),
      };
    });
}
