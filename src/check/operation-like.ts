import { type DescField, type DescMessage, type DescMethod, ScalarType } from "@bufbuild/protobuf";
import { operationType } from "../descriptor/operation.ts";

/** Returns whether a message is a copy of google.longrunning.Operation: by its shape, or by its name and fields. */
export function isCopy(message: DescMessage): boolean {
  const hasName = message.name === "Operation" && hasFields(message, "done", "error", "response");
  return message.typeName !== operationType && (hasName || hasShapeOfOperation(message));
}

/**
 * Returns whether a method belongs to an operations interface: it takes the name of an operation, or it lists
 * operations. Names alone don't prove it: an API can list the operations of one of its resources, or have operations of
 * another kind.
 */
export function isOperationsMethod(method: DescMethod): boolean {
  return isNamedAfterOperations(method) && (takesOperationName(method.input) || listsOperations(method));
}

/** Excludes other kinds of operations, as in `GetApiOperation`, and methods that start operations. */
function isNamedAfterOperations({ name, parent }: DescMethod): boolean {
  return (
    /^(?!Create)[A-Z][a-z]+(LongRunning)?Operations?$/.test(name) ||
    (/^[A-Z][a-z]+$/.test(name) && /Operations?(Service)?$/.test(parent.name))
  );
}

function takesOperationName({ name, fields }: DescMessage): boolean {
  // The field of GetOperationRequest is `name`.
  const isName = /Operations?Request$/.test(name)
    ? /^(name|id|(\w+_)?operation(_id|_name)?)$/
    : /^operation(_id|_name)?$/;
  const isList = /^List/.test(name);
  return !isList && fields.some((field) => field.scalar === ScalarType.STRING && isName.test(field.name));
}

function listsOperations({ output }: DescMethod): boolean {
  return output.fields.some(({ fieldKind, message }) => fieldKind === "list" && message && isOperation(message));
}

function isOperation(message: DescMessage): boolean {
  return message.typeName === operationType || hasShapeOfOperation(message);
}

function hasShapeOfOperation(message: DescMessage): boolean {
  const oneofs = ["error", "response"].map((name) => fieldOf(message, name)?.oneof);
  return hasFields(message, "name", "done") && oneofs[0] !== undefined && oneofs[0] === oneofs[1];
}

function hasFields(message: DescMessage, ...names: readonly string[]): boolean {
  return names.every((name) => fieldOf(message, name) !== undefined);
}

function fieldOf({ fields }: DescMessage, name: string): DescField | undefined {
  return fields.find((field) => field.name === name);
}
