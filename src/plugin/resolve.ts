import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import { didYouMean } from "../descriptor/near-names.ts";
import { atMethod, atOperationInfo, atService, type Place } from "../descriptor/place.ts";
import type { TypeScope } from "../descriptor/scope.ts";
import type { MethodSettings } from "../descriptor/service-yaml/service-yaml.ts";
import {
  OperationInfoSchema,
  OperationSchema,
  Operations,
  operation_info,
} from "../gen/google/longrunning/operations_pb.ts";
import { methodName, serviceName } from "./names.ts";

/** A service with its long-running methods. */
export interface ResolvedService {
  readonly desc: DescService;
  readonly methods: readonly ResolvedMethod[];
}

/**
 * A long-running method, with the messages that its `google.longrunning.operation_info` names and its settings in
 * service YAML files.
 */
export interface ResolvedMethod extends MethodSettings {
  readonly desc: DescMethod;
  readonly response: DescMessage;
  readonly metadata: DescMessage;
  /** The local name of the request field that clients fill with a UUID, if there is one. */
  readonly requestId?: string | undefined;
}

/** A problem in a proto file. */
export interface Finding {
  readonly place: Place;
  /** The subject, the cause, and the fix, in one line. */
  readonly message: string;
}

/** Problems found in the methods of a run. */
export interface Findings {
  /** Errors. If there are any, no code is generated. */
  readonly errors: Finding[];
  /** Methods that return an Operation without operation_info and therefore stay plain RPCs. */
  readonly plain: Finding[];
}

/**
 * Resolves the long-running methods of a service and adds any problems to the findings.
 */
export function resolveService(service: DescService, scope: TypeScope, findings: Findings): ResolvedService {
  const methods = service.methods.flatMap((method) => resolveMethod(method, scope, findings) ?? []);
  return { desc: service, methods };
}

/** Adds an error for each pair of services or methods that get the same name in the generated file. */
export function findSameNames(services: readonly ResolvedService[], findings: Findings): void {
  const named = new Map<string, DescService | DescMethod>();
  const claim = (name: string, desc: DescService | DescMethod): void => {
    const other = named.get(name);
    named.set(name, desc);
    if (other !== undefined) {
      const place = desc.kind === "service" ? atService(desc) : atMethod(desc);
      const message = `${desc} maps to ${name} in TypeScript, as does ${other}. Rename one of them.`;
      findings.errors.push({ place, message });
    }
  };
  for (const { desc, methods } of services) {
    claim(serviceName(desc), desc);
    for (const method of methods) {
      claim(`${serviceName(desc)}_${methodName(method.desc)}`, method.desc);
    }
  }
}

function resolveMethod(method: DescMethod, scope: TypeScope, findings: Findings): ResolvedMethod | undefined {
  const returnsOperation = method.output.typeName === OperationSchema.typeName;
  if (!hasOption(method, operation_info)) {
    // The methods of the Operations service return operations that other methods started.
    if (returnsOperation && method.parent.typeName !== Operations.typeName) {
      findings.plain.push(diagnose(method, undefined, "returns google.longrunning.Operation without operation_info."));
    }
    return undefined;
  }
  const errors: Finding[] = [];
  if (!returnsOperation) {
    const message = `operation_info is set on a method that returns ${method.output.typeName}. Return google.longrunning.Operation, or remove the option.`;
    errors.push(diagnose(method, undefined, message));
  }
  if (method.methodKind !== "unary") {
    errors.push(
      diagnose(method, undefined, "operation_info is set on a streaming method. Remove `stream` or the option."),
    );
  }
  for (const other of method.parent.methods) {
    if (other !== method && other.localName === method.localName) {
      // protoc-gen-es keeps only one of the two methods as well.
      const message = `maps to ${method.localName} in TypeScript, as does rpc ${other.name}. Rename one of them.`;
      errors.push(diagnose(method, undefined, message));
    }
  }
  const info = getOption(method, operation_info);
  const { responseType, metadataType } = OperationInfoSchema.field;
  const response = resolveType(method, responseType, info.responseType, scope, errors);
  const metadata = resolveType(method, metadataType, info.metadataType, scope, errors);
  findings.errors.push(...errors);
  return errors.length === 0 && response && metadata ? { desc: method, response, metadata } : undefined;
}

function resolveType(
  method: DescMethod,
  field: DescField,
  name: string,
  scope: TypeScope,
  errors: Finding[],
): DescMessage | undefined {
  const written = `${field.name} ${JSON.stringify(name)}`;
  const found = scope.find(name, method.parent);
  if (found?.kind === "message") {
    return found;
  }
  const message =
    name === ""
      ? `operation_info has no ${field.name}. Set it to a message type; define an empty message if it needs no fields yet.`
      : found !== undefined
        ? `${written} is the ${found.toString()}, not a message. Use a message type.`
        : `${written} not found.${didYouMean(scope.near(name, method.parent))} If the name is correct, import the file ` +
          "that declares it, or generate its whole directory in one run.";
  errors.push(diagnose(method, field, message));
  return undefined;
}

/** Returns a finding at a method's operation_info, or at a field of it. */
function diagnose(method: DescMethod, field: DescField | undefined, message: string): Finding {
  return {
    place: atOperationInfo(method, field),
    message: `rpc ${method.parent.typeName}.${method.name}: ${message}`,
  };
}
