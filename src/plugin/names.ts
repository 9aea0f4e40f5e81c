import type { ResolvedMethod, ResolvedService } from "./resolve.ts";

/** What a printer needs of a service. */
export interface NamedService extends ResolvedService, Named {
  readonly methods: readonly NamedMethod[];
}

/** What a printer needs of a long-running method. */
export interface NamedMethod extends ResolvedMethod, Named {}

interface Named {
  /** Returns the name in the emitted file of a declaration by its name in the template. */
  readonly nameOf: (declaration: string) => string;
}

/** The declarations that templates make once for a service and once for a method, such as `create$ServiceClient`. */
export interface Declarations {
  readonly service: readonly string[];
  readonly method: readonly string[];
}

/**
 * Names the declarations of a file so that none clashes with another: a method's get the service's name in front where
 * two services of the file share the method's name, and `$` is the salt where that is not enough.
 */
export function nameServices(services: readonly ResolvedService[], declarations: Declarations): NamedService[] {
  const taken = new Set<string>();
  const take = (name: string): string => {
    let free = name;
    for (let i = 0; taken.has(free); i++) {
      free = i === 0 ? `${name}$` : `${name}$${i}`;
    }
    taken.add(free);
    return free;
  };
  const name = (patterns: readonly string[], placeholder: string, value: string): Named => {
    const names = new Map(patterns.map((pattern) => [pattern, take(pattern.replace(placeholder, () => value))]));
    return { nameOf: (declaration) => names.get(declaration) ?? declaration };
  };

  const methodNames = services.flatMap(({ methods }) => methods.map(({ desc }) => pascalCase(desc.name)));
  const isShared = (method: string): boolean => methodNames.filter((other) => other === method).length > 1;

  const named = services.map((service) => ({
    ...service,
    ...name(declarations.service, "$Service", service.desc.name),
  }));
  return named.map((service) => ({
    ...service,
    methods: service.methods.map((method) => {
      const pascal = pascalCase(method.desc.name);
      const unique = isShared(pascal) ? service.desc.name + pascal : pascal;
      return { ...method, ...name(declarations.method, "$Method", unique) };
    }),
  }));
}

function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
