import type { DescMethod, DescService } from "@bufbuild/protobuf";
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

/** Names the declarations of a service. They depend on nothing else in its file, so that no addition changes them. */
export function nameService(service: ResolvedService): NamedService {
  const ofService = (declaration: string): string => declaration.replace("$Service", () => serviceName(service.desc));
  return {
    ...service,
    nameOf: ofService,
    methods: service.methods.map((method) => ({
      ...method,
      nameOf: (declaration) => ofService(declaration).replace("$Method", () => methodName(method.desc)),
    })),
  };
}

/** Returns what stands for a service in the names of declarations: two of a file must differ in it. */
export function serviceName({ name }: DescService): string {
  return pascalCase(name);
}

/** Returns what stands for a method in the names of declarations: two of a service must differ in it. */
export function methodName({ name }: DescMethod): string {
  return pascalCase(name);
}

function pascalCase(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
