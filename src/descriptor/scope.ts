import type { AnyDesc, DescEnum, DescExtension, DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { nearNames } from "./near-names.ts";

/** What a name in a proto file can refer to. */
export type NamedDesc = DescMessage | DescEnum | DescExtension | DescService;

/**
 * The types of a request, looked up by the names that authors write.
 */
export interface TypeScope {
  /**
   * Finds what a name refers to where it is written inside a service: as protobuf does, from the innermost scope
   * outwards, in the files that the service's file imports, directly or not; then in the other files of the request.
   * A service or an extension is returned only where no type has the name.
   */
  find(name: string, service: DescService): NamedDesc | undefined;

  /** Returns the messages that may have been meant by a name, written as they can be written inside the service. */
  near(name: string, service: DescService): string[];
}

export function createTypeScope(files: readonly DescFile[]): TypeScope {
  const types = new Map<string, NamedDesc>();
  for (const file of files) {
    for (const desc of nestedTypes(file)) {
      types.set(desc.typeName, desc);
    }
  }
  const visible = memoize(importClosure);

  return {
    find(name, service) {
      const isVisible = (desc: NamedDesc): boolean => visible(service.file).has(desc.file);
      const others: NamedDesc[] = [];
      for (const candidate of candidateNames(name, service.typeName)) {
        const desc = types.get(candidate);
        if (desc !== undefined && isType(desc) && isVisible(desc)) {
          return desc;
        }
        others.push(...(desc ? [desc] : []));
      }
      return others.find(isType) ?? others.find(isVisible) ?? others[0];
    },
    near(name, service) {
      const prefix = `${service.file.proto.package}.`;
      const messages = [...types.values()].filter((desc) => desc.kind === "message");
      return nearNames(
        name,
        messages.map((desc) => (desc.typeName.startsWith(prefix) ? desc.typeName.slice(prefix.length) : desc.typeName)),
      );
    },
  };
}

/**
 * Gives the full names that a name may stand for inside a scope, innermost first. A leading dot marks a full name.
 */
export function* candidateNames(name: string, scope: string): Generator<string> {
  if (name.startsWith(".")) {
    yield name.slice(1);
    return;
  }
  for (let end = scope.length; end > 0; end = scope.lastIndexOf(".", end - 1)) {
    yield `${scope.slice(0, end)}.${name}`;
  }
  yield name;
}

function isType(desc: NamedDesc): boolean {
  return desc.kind === "message" || desc.kind === "enum";
}

/** Returns a file with all that it imports, directly or not. */
export function importClosure(file: DescFile): Set<DescFile> {
  const closure = new Set([file]);
  for (const reached of closure) {
    for (const dependency of reached.dependencies) {
      closure.add(dependency);
    }
  }
  return closure;
}

function memoize<K extends AnyDesc, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = compute(key);
      known.set(key, value);
    }
    return value;
  };
}
