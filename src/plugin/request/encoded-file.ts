import {
  FileDescriptorProtoSchema,
  MethodDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
} from "@bufbuild/protobuf/wkt";
import { candidateNames } from "../../descriptor/scope.ts";
import { type Encoded, findText, textOf, visitEncoded } from "../../descriptor/wire.ts";
import { isLongRunning, operationInfo, visitMethods } from "./pruned-service.ts";

/** A file of a request. Only its name, package, imports, and services have been located; nothing is decoded. */
export interface EncodedFile {
  readonly encoded: Encoded;
  readonly name: string;
  readonly packageName: string;
  readonly imports: readonly string[];
  readonly services: readonly Encoded[];
}

const file = FileDescriptorProtoSchema.field;
const service = ServiceDescriptorProtoSchema.field;
const method = MethodDescriptorProtoSchema.field;

/** Locates the name, package, imports, and services in an encoded FileDescriptorProto. */
export function readFile(encoded: Encoded): EncodedFile {
  let name = "";
  let packageName = "";
  const imports: string[] = [];
  const services: Encoded[] = [];
  visitEncoded(encoded, (number, value) => {
    switch (number) {
      case file.name.number:
        name = textOf(value);
        break;
      case file.package.number:
        packageName = textOf(value);
        break;
      case file.dependency.number:
        imports.push(textOf(value));
        break;
      case file.service.number:
        services.push(value);
        break;
    }
  });
  return { encoded, name, packageName, imports, services };
}

/** Returns whether a file has methods to generate code for or to report. */
export function hasLongRunningMethod({ services }: EncodedFile): boolean {
  let found = false;
  for (const encodedService of services) {
    visitMethods(encodedService, (encodedMethod) => {
      found ||= isLongRunning(encodedMethod);
    });
  }
  return found;
}

/** Returns, for each type name in a file's long-running methods, the full names that it might resolve to. */
export function referredNames({ packageName, services }: EncodedFile): string[][] {
  const names: string[][] = [];
  for (const encodedService of services) {
    const scope = [packageName, findText(encodedService, service.name.number)].filter((part) => part !== "").join(".");
    visitMethods(encodedService, (encodedMethod) => {
      if (isLongRunning(encodedMethod)) {
        const { inputType, outputType } = method;
        const types = [findText(encodedMethod, inputType.number), findText(encodedMethod, outputType.number)];
        for (const part of operationInfo(encodedMethod)) {
          visitEncoded(part, (_, type) => void types.push(textOf(type)));
        }
        names.push(...types.map((type) => [...candidateNames(type, scope)]));
      }
    });
  }
  return names;
}

/** Returns the names of the services of a file. */
export function serviceNames({ services }: EncodedFile): Set<string> {
  return new Set(services.map((encodedService) => findText(encodedService, service.name.number)));
}
