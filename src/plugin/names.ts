import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ResolvedMethod, ResolvedService } from "./resolve.ts";

/** A service as printers see it. */
export interface NamedService extends ResolvedService, Named {
  /** The plain method whose name makes clients thenable, if there is one. */
  readonly plainThen?: DescMethod | undefined;
  readonly methods: readonly NamedMethod[];
}

/** A long-running method as printers see it. */
export interface NamedMethod extends ResolvedMethod, Named {}

interface Named {
  /** Maps the name of a declaration in a template to its name in the generated file. */
  readonly nameOf: (declaration: string) => string;
}

/** Names the declarations of a service. Names never depend on other services, so additions to a proto keep them. */
export function nameService(service: ResolvedService): NamedService {
  const ofService = (declaration: string): string => declaration.replace("$Service", () => serviceName(service.desc));
  const isLongRunning = service.methods.some(({ desc }) => isThen(desc));
  return {
    ...service,
    plainThen: isLongRunning ? undefined : service.desc.methods.find(isThen),
    nameOf: ofService,
    methods: service.methods.map((method) => ({
      ...method,
      nameOf: (declaration) => ofService(declaration).replace("$Method", () => methodName(method.desc)),
    })),
  };
}

/** Returns whether a method has the name that makes an object thenable: `await` calls it. */
export function isThen({ localName }: DescMethod): boolean {
  return localName === "then";
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
