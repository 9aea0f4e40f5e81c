import type { DescMethod } from "@bufbuild/protobuf";
import { methodName, serviceName } from "../descriptor/same-names.ts";
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
