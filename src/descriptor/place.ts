import type { DescField, DescFile, DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { fieldPath, messagePath, methodPath, operationInfoPath, servicePath } from "./source-path.ts";

/** The location of an element in a proto file. */
export interface Place {
  readonly file: DescFile;
  /** Candidate paths in the source info, most specific first. Compilers record locations for different elements. */
  readonly paths: readonly number[][];
}

export function atMethod(method: DescMethod): Place {
  return { file: method.parent.file, paths: [methodPath(method)] };
}

/** Returns the place of a method's operation_info, or of a field of it. */
export function atOperationInfo(method: DescMethod, field?: DescField): Place {
  const option = operationInfoPath(method);
  const paths = [option, methodPath(method)];
  return { file: method.parent.file, paths: field ? [[...option, field.number], ...paths] : paths };
}

export function atService(service: DescService): Place {
  return { file: service.file, paths: [servicePath(service)] };
}

export function atMessage(message: DescMessage): Place {
  return { file: message.file, paths: [messagePath(message)] };
}

export function atField(field: DescField, message: DescMessage): Place {
  return { file: message.file, paths: [fieldPath(field, message), messagePath(message)] };
}
