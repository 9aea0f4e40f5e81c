import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { atMethod, atService, type Place } from "./place.ts";

/** A declaration of a file that gets the same name in TypeScript as an earlier one. */
export interface SameName {
  readonly place: Place;
  /** The subject, the cause, and the fix, in one line. */
  readonly message: string;
}

/** A service with its long-running methods. */
interface Service {
  readonly desc: DescService;
  readonly methods: readonly { readonly desc: DescMethod }[];
}

/** Returns the services and methods of a file that get the same name in its generated file as an earlier one. */
export function findSameNames(services: readonly Service[]): SameName[] {
  const named = new Map<string, DescService | DescMethod>();
  const claim = (name: string, desc: DescService | DescMethod): SameName[] => {
    const other = named.get(name);
    named.set(name, desc);
    if (other === undefined) {
      return [];
    }
    const message = `${desc} maps to ${name} in TypeScript, as does ${other}. Rename one of them.`;
    return [{ place: desc.kind === "service" ? atService(desc) : atMethod(desc), message }];
  };
  return services.flatMap(({ desc, methods }) => [
    ...claim(serviceName(desc), desc),
    ...methods.flatMap((method) => claim(`${serviceName(desc)}_${methodName(method.desc)}`, method.desc)),
  ]);
}

/**
 * Returns the other methods of a service that get the same local name as a method. protoc-gen-es keeps only one of them.
 */
export function findSameLocalNames(method: DescMethod): DescMethod[] {
  return method.parent.methods.filter((other) => other !== method && other.localName === method.localName);
}

/** Returns the part of a declaration's name that identifies the service. It must be unique within the file. */
export function serviceName({ name }: DescService): string {
  return pascalCase(name);
}

/** Returns the part of a declaration's name that identifies the method. It must be unique within the service. */
export function methodName({ name }: DescMethod): string {
  return pascalCase(name);
}

function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
