import type { DescField, DescMethod } from "@bufbuild/protobuf";
import { operationInfoOf, startsOperation } from "../descriptor/operation.ts";
import { atOperationInfo, type Place } from "../descriptor/place.ts";
import type { NamedDesc, TypeScope } from "../descriptor/scope.ts";
import { OperationInfoSchema } from "../gen/google/longrunning/operations_pb.ts";

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

export function findOperationMethods(methods: readonly DescMethod[], scope: TypeScope): OperationMethod[] {
  const { responseType, metadataType } = OperationInfoSchema.field;
  return methods.filter(startsOperation).flatMap((desc) => {
    const info = operationInfoOf(desc);
    if (info === undefined) {
      return [];
    }
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
