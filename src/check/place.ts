import type { DescFile, DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { messagePath, methodPath, operationInfoPath, servicePath } from "../descriptor/source-path.ts";
import type { TypeName } from "./operation-method.ts";

/** Where something is in a proto file. */
export interface Place {
  readonly file: DescFile;
  /** Paths in its source info, the closest first: compilers differ in what they have a location for. */
  readonly paths: readonly number[][];
}

export function atMethod(method: DescMethod): Place {
  return { file: method.parent.file, paths: [methodPath(method)] };
}

export function atOperationInfo(method: DescMethod): Place {
  return { file: method.parent.file, paths: [operationInfoPath(method), methodPath(method)] };
}

export function atTypeName({ method, field }: TypeName): Place {
  const { file, paths } = atOperationInfo(method);
  return { file, paths: [[...operationInfoPath(method), field.number], ...paths] };
}

export function atService(service: DescService): Place {
  return { file: service.file, paths: [servicePath(service)] };
}

export function atMessage(message: DescMessage): Place {
  return { file: message.file, paths: [messagePath(message)] };
}
