import type { DescField, DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import { didYouMean } from "../descriptor/near-names.ts";
import { operationInfoOf, returnsOperation, startsOperation } from "../descriptor/operation.ts";
import { atOperationInfo, type Place } from "../descriptor/place.ts";
import { findSameLocalNames, findSameNames } from "../descriptor/same-names.ts";
import type { TypeScope } from "../descriptor/scope.ts";
import type { MethodSettings } from "../descriptor/service-yaml/service-yaml.ts";
import { OperationInfoSchema } from "../gen/google/longrunning/operations_pb.ts";

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

/** The reasons for which the generator refuses protos. For each, `buf-plugin-lro` has a rule that reports it. */
export const refusals = ["no operation", "streaming", "same name", "no type", "type not found", "no message"] as const;

type Refusal = (typeof refusals)[number];

/** A problem for which the generator refuses protos. */
interface Refused extends Finding {
  readonly refusal: Refusal;
}

/** Problems found in the methods of a run. */
export interface Findings {
  /** Errors. If there are any, no code is generated. */
  readonly errors: Refused[];
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

/** Adds an error for each service or method that gets the same name in the generated file as another one. */
export function refuseSameNames(services: readonly ResolvedService[], findings: Findings): void {
  findings.errors.push(...findSameNames(services).map((found): Refused => ({ refusal: "same name", ...found })));
}

function resolveMethod(method: DescMethod, scope: TypeScope, findings: Findings): ResolvedMethod | undefined {
  const info = operationInfoOf(method);
  if (info === undefined) {
    if (startsOperation(method)) {
      findings.plain.push(diagnose(method, undefined, "returns google.longrunning.Operation without operation_info."));
    }
    return undefined;
  }
  const errors: Refused[] = [];
  if (!returnsOperation(method)) {
    const message = `operation_info is set on a method that returns ${method.output.typeName}. Return google.longrunning.Operation, or remove the option.`;
    errors.push(refuse("no operation", method, undefined, message));
  }
  if (method.methodKind !== "unary") {
    const message = "operation_info is set on a streaming method. Remove `stream` or the option.";
    errors.push(refuse("streaming", method, undefined, message));
  }
  for (const other of findSameLocalNames(method)) {
    const message = `maps to ${method.localName} in TypeScript, as does rpc ${other.name}. Rename one of them.`;
    errors.push(refuse("same name", method, undefined, message));
  }
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
  errors: Refused[],
): DescMessage | undefined {
  const written = `${field.name} ${JSON.stringify(name)}`;
  const found = scope.find(name, method.parent);
  if (found?.kind === "message") {
    return found;
  }
  const refusal = name === "" ? "no type" : found === undefined ? "type not found" : "no message";
  const messages: Readonly<Record<typeof refusal, () => string>> = {
    "no type": () =>
      `operation_info has no ${field.name}. Set it to a message type; define an empty message if it needs no fields yet.`,
    "no message": () => `${written} is the ${found}, not a message. Use a message type.`,
    "type not found": () =>
      `${written} not found.${didYouMean(scope.near(name, method.parent))} If the name is correct, import the file ` +
      "that declares it, or generate its whole directory in one run.",
  };
  errors.push(refuse(refusal, method, field, messages[refusal]()));
  return undefined;
}

function refuse(refusal: Refusal, method: DescMethod, field: DescField | undefined, message: string): Refused {
  return { refusal, ...diagnose(method, field, message) };
}

/** Returns a finding at a method's operation_info, or at a field of it. */
function diagnose(method: DescMethod, field: DescField | undefined, message: string): Finding {
  return {
    place: atOperationInfo(method, field),
    message: `rpc ${method.parent.typeName}.${method.name}: ${message}`,
  };
}
