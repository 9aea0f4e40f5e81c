import type { AnyDesc, DescEnum, DescExtension, DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { NameIndex } from "./name-index.ts";

/** A declaration that a name in a proto file can refer to. */
export type NamedDesc = DescMessage | DescEnum | DescExtension | DescService;

/**
 * Looks up the types of a request by name, as names are written in protos.
 */
export interface TypeScope {
  /**
   * Resolves a name that is written inside a service. Like protobuf, searches from the innermost scope outwards, first in
   * the files that the service's file imports directly or indirectly, then in the other files of the request. Returns a
   * service or an extension only if no message or enum has the name.
   */
  find(name: string, service: DescService): NamedDesc | undefined;

  /** Returns the names of messages that are similar to a name, relative to the service's package. */
  near(name: string, service: DescService): string[];
}

/**
 * Creates the scope of the types in some files.
 *
 * @param messageNames Returns the names of messages that may have been meant. Default: the messages in the files.
 */
export function createTypeScope(files: readonly DescFile[], messageNames?: () => Iterable<string>): TypeScope {
  const types = new Map<string, NamedDesc>();
  for (const file of files) {
    for (const desc of nestedTypes(file)) {
      types.set(desc.typeName, desc);
    }
  }
  const visible = memoize(importClosure);
  let index: NameIndex | undefined;

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
      index ??= new NameIndex(messageNames?.() ?? namesOfMessages(types.values()));
      return index.near(name, service.file.proto.package);
    },
  };
}

/**
 * Yields the full names that a name inside a scope might resolve to, innermost first. A leading dot marks a full name.
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

function namesOfMessages(types: Iterable<NamedDesc>): string[] {
  return [...types].flatMap((desc) => (desc.kind === "message" ? desc.typeName : []));
}

function isType(desc: NamedDesc): boolean {
  return desc.kind === "message" || desc.kind === "enum";
}

/** Returns a file and all files that it imports directly or indirectly. */
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
