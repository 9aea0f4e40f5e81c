import type { DescField, DescFile, DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { messagePath, methodPath, operationInfoPath, servicePath } from "./source-path.ts";

/** Where something is in a proto file. */
export interface Place {
  readonly file: DescFile;
  /** Paths in its source info, the closest first: compilers differ in what they have a location for. */
  readonly paths: readonly number[][];
}

export function atMethod(method: DescMethod): Place {
  return { file: method.parent.file, paths: [methodPath(method)] };
}

/** A method's operation_info, or a field of it. */
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
