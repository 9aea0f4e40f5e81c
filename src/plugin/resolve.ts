import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  getOption,
  hasOption,
} from "@bufbuild/protobuf";
import { didYouMean } from "../descriptor/near-names.ts";
import { atMethod, atOperationInfo, atService } from "../descriptor/place.ts";
import type { TypeScope } from "../descriptor/scope.ts";
import type { MethodPolling } from "../descriptor/service-yaml.ts";
import {
  OperationInfoSchema,
  OperationSchema,
  Operations,
  operation_info,
} from "../gen/google/longrunning/operations_pb.ts";
import { type Diagnostic, positionOf } from "./diagnostics.ts";
import { methodName, serviceName } from "./names.ts";

/** A service with its long-running methods. */
export interface ResolvedService {
  readonly desc: DescService;
  readonly methods: readonly ResolvedMethod[];
}

/** A long-running method, with the messages that its `google.longrunning.operation_info` names. */
export interface ResolvedMethod {
  readonly desc: DescMethod;
  readonly response: DescMessage;
  readonly metadata: DescMessage;
  /** How to poll its operations, where a service YAML says so. */
  readonly polling?: MethodPolling | undefined;
}

/** What there is to say about the methods of a run. */
export interface Findings {
  /** Mistakes: no code can be emitted. */
  readonly errors: Diagnostic[];
  /** Methods that return an Operation without operation_info, and so stay plain rpcs. */
  readonly plain: Diagnostic[];
}

/**
 * Resolves the long-running methods of a service, and adds what there is to say about them to the findings.
 */
export function resolveService(service: DescService, scope: TypeScope, findings: Findings): ResolvedService {
  const methods = service.methods.flatMap((method) => resolveMethod(method, scope, findings) ?? []);
  return { desc: service, methods };
}

/** Adds to the findings what becomes the same name in the file that is emitted for these services. */
export function findSameNames(services: readonly ResolvedService[], findings: Findings): void {
  const named = new Map<string, DescService | DescMethod>();
  const claim = (name: string, desc: DescService | DescMethod): void => {
    const other = named.get(name);
    named.set(name, desc);
    if (other !== undefined) {
      const place = desc.kind === "service" ? atService(desc) : atMethod(desc);
      const message = `${desc} becomes ${name} in TypeScript, and so does ${other}. Rename one of them.`;
      findings.errors.push({ position: positionOf(place), message });
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
    // The Operations service hands out the operations of others: it starts none.
    if (returnsOperation && method.parent.typeName !== Operations.typeName) {
      findings.plain.push(diagnose(method, undefined, "returns google.longrunning.Operation without operation_info."));
    }
    return undefined;
  }
  const errors: Diagnostic[] = [];
  if (!returnsOperation) {
    const message = `operation_info stands on a method that returns ${method.output.typeName}. Return google.longrunning.Operation, or remove the option.`;
    errors.push(diagnose(method, undefined, message));
  }
  if (method.methodKind !== "unary") {
    errors.push(
      diagnose(method, undefined, "operation_info stands on a streaming method. Remove `stream`, or the option."),
    );
  }
  for (const other of method.parent.methods) {
    if (other !== method && other.localName === method.localName) {
      // protoc-gen-es, too, keeps one of the two.
      const message = `becomes ${method.localName} in TypeScript, and so does rpc ${other.name}. Rename one of them.`;
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
  errors: Diagnostic[],
): DescMessage | undefined {
  const written = `${field.name} ${JSON.stringify(name)}`;
  const found = scope.find(name, method.parent);
  if (found?.kind === "message") {
    return found;
  }
  const message =
    name === ""
      ? `operation_info lacks ${field.name}. Name a message, or google.protobuf.Empty where there will never be anything to say.`
      : found !== undefined
        ? `${written} is not a message but the ${found.toString()}. Name a message.`
        : `${written} is not found.${didYouMean(scope.near(name, method.parent))} If the name is right, import the file ` +
          "that declares it, or generate its whole directory in one run.";
  errors.push(diagnose(method, field, message));
  return undefined;
}

/** Says something of a method, at its operation_info or a field of that. */
function diagnose(method: DescMethod, field: DescField | undefined, message: string): Diagnostic {
  return {
    position: positionOf(atOperationInfo(method, field)),
    message: `rpc ${method.parent.typeName}.${method.name}: ${message}`,
  };
}
