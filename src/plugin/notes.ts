import type { DescService } from "@bufbuild/protobuf";
import type { CodeGeneratorResponse } from "@bufbuild/protobuf/wkt";
import type { Diagnostic } from "../descriptor/diagnostic.ts";
import { operationsService } from "../descriptor/operation.ts";
import { atMethod } from "../descriptor/place.ts";
import type { ServiceYaml } from "../descriptor/service-yaml/service-yaml.ts";
import { findUnused } from "../descriptor/service-yaml/unused.ts";
import { isThen } from "./names.ts";
import type { Finding, Findings } from "./resolve.ts";

const annotate = "Annotate it with option (google.longrunning.operation_info)";

/** Returns an error for each method without operation_info, for `strict=true`. */
export function plainMethodErrors({ plain }: Findings): Finding[] {
  return addAdvice(plain, `${annotate}, or set strict=false.`);
}

/** Returns notes on methods that stay plain RPCs, and on methods that clients rename. */
export function notesOnMethods({ plain }: Findings, services: readonly DescService[]): Finding[] {
  const then = services.flatMap(({ methods }) => methods).filter(isThen);
  return [
    ...addAdvice(plain, `It stays a plain RPC. ${annotate} to get a typed operation.`),
    ...then.map((method) => ({
      place: atMethod(method),
      message: `rpc ${method.parent.typeName}.${method.name}: \`await\` would call a method named then, so clients name it then$. Rename it.`,
    })),
  ];
}

/** Returns notes on a service YAML: settings that apply to nothing and a missing google.longrunning.Operations. */
export function notesOnYaml(yaml: ServiceYaml, services: readonly DescService[]): Diagnostic[] {
  const { path, apis } = yaml;
  const unused = findUnused(yaml, services);
  const service = services.find(({ typeName }) => apis.has(typeName));
  if (service === undefined || apis.has(operationsService)) {
    return unused;
  }
  const message = `apis lists ${service.typeName} but not ${operationsService}. Add it; without it, clients cannot get the status of operations.`;
  return [...unused, { position: path, message }];
}

/** Returns a note on each generated file whose name differs from another one only in case. */
export function notesOnFiles({ file }: CodeGeneratorResponse): Diagnostic[] {
  const others = new Map<string, string>();
  return file.flatMap(({ name }) => {
    const other = others.get(name.toLowerCase());
    others.set(name.toLowerCase(), name);
    return other === undefined
      ? []
      : {
          position: name,
          message: `differs from ${other} only in case. Rename one of the protos: on macOS and Windows, one file overwrites the other.`,
        };
  });
}

function addAdvice(findings: readonly Finding[], advice: string): Finding[] {
  return findings.map(({ place, message }) => ({ place, message: `${message} ${advice}` }));
}
