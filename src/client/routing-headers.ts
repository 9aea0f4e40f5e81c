import { type DescMessage, type DescMethod, getOption, hasOption, type Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { http } from "../gen/google/api/annotations_pb.ts";
import type { HttpRule } from "../gen/google/api/http_pb.ts";
import { type RoutingParameter, routing } from "../gen/google/api/routing_pb.ts";
import { requestParam, requestParamsHeader } from "./remote.ts";

/**
 * An interceptor that sets the routing header of Google's front ends on every unary call whose method says what belongs
 * there (AIP-4222): by google.api.routing, else by the path variables of google.api.http. Operation calls carry the
 * header without it.
 */
export function routingHeaders(): Interceptor {
  const parametersOf = new Map<DescMethod, readonly Parameter[]>();
  return (next) => (request) => {
    const { method } = request;
    if (!request.stream) {
      const parameters = parametersOf.get(method) ?? readParameters(method);
      parametersOf.set(method, parameters);
      const params = Object.entries(read(parameters, method.input, request.message));
      if (params.length > 0 && !request.header.has(requestParamsHeader)) {
        request.header.set(requestParamsHeader, params.map(([key, value]) => requestParam(key, value)).join("&"));
      }
    }
    return next(request);
  };
}

/** Which field goes into the header, and which part of it under which key. */
interface Parameter {
  readonly field: string;
  readonly key: string;
  /** Captures the value of the key. */
  readonly pattern: RegExp;
}

function readParameters(method: DescMethod): Parameter[] {
  // An empty google.api.routing means that there is no header, whatever google.api.http says.
  return hasOption(method, routing)
    ? getOption(method, routing).routingParameters.map(explicitParameter)
    : hasOption(method, http)
      ? implicitParameters(getOption(method, http))
      : [];
}

function explicitParameter({ field, pathTemplate }: RoutingParameter): Parameter {
  const [, before = "", key = field, inside = "**", after = ""] =
    pathTemplate.match(/^(.*)\{([^}=]*)=?(.*)\}(.*)$/) ?? [];
  const pattern = new RegExp(`^${toPattern(before)}(${toPattern(inside || "*")})${toPattern(after)}$`);
  return { field, key, pattern };
}

function implicitParameters({ pattern, additionalBindings }: HttpRule): Parameter[] {
  const path = pattern.case === "custom" ? pattern.value.path : (pattern.value ?? "");
  const fields = [...path.matchAll(/\{([^}=]+)/g)].map(([, field = ""]) => field);
  const own = fields.map((field) => ({ field, key: field, pattern: /^(.*)$/s }));
  return [...own, ...additionalBindings.flatMap(implicitParameters)];
}

// A segment is *, any number of segments is **, and a / before ** may be missing together with them.
function toPattern(template: string): string {
  return template
    .replace(/[.+?^$()|[\]\\]/g, "\\$&")
    .replace(/\/\*\*$|\*\*|\*/g, (stars) => ({ "/**": "(?:/.*)?", "**": ".*" })[stars] ?? "[^/]+");
}

function read(parameters: readonly Parameter[], type: DescMessage, message: Message): Record<string, string> {
  const params: Record<string, string> = {};
  for (const { field, key, pattern } of parameters) {
    const value = fieldValue(field.split("."), type, message);
    const part = value && pattern.exec(value)?.[1];
    if (part) {
      params[key] = part;
    }
  }
  return params;
}

function fieldValue([name, ...rest]: string[], type: DescMessage, message: Message): string | undefined {
  const field = type.fields.find((candidate) => candidate.name === name);
  const value = field && (message as unknown as Record<string, unknown>)[field.localName];
  if (field?.message && value) {
    return fieldValue(rest, field.message, value as Message);
  }
  return value === undefined ? undefined : String(value);
}
