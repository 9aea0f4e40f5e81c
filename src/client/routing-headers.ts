import { type DescMessage, type DescMethod, getOption, hasOption, type Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { http } from "../gen/google/api/annotations_pb.ts";
import type { HttpRule } from "../gen/google/api/http_pb.ts";
import { type RoutingParameter, routing } from "../gen/google/api/routing_pb.ts";

/** The header by which Google's front ends route a call to the right region or machine. */
const requestParamsHeader = "x-goog-request-params";

/**
 * Returns an interceptor for Google Cloud APIs. It sets the routing header `x-goog-request-params` (AIP-4222) on unary
 * calls, from google.api.routing or else from the path variables of google.api.http, unless the header is already set.
 * Calls of google.longrunning.Operations have the name of the operation in the header. If the client has an
 * `operationsTransport`, that transport needs the interceptor, too.
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

/** A field of the request, and the part of its value that the header has under a key. */
interface Parameter {
  readonly field: string;
  readonly key: string;
  /** The first group captures the part. */
  readonly pattern: RegExp;
}

/** Formats one parameter of the header. */
function requestParam(key: string, value: string): string {
  return `${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
}

function readParameters(method: DescMethod): Parameter[] {
  // WaitOperation has neither annotation, and protos of the service that are not Google's can lack both.
  if (method.parent.typeName === "google.longrunning.Operations") {
    return [wholeField("name")];
  }
  // An empty google.api.routing means that there is no header, even if google.api.http has variables.
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
  return [...fields.map(wholeField), ...additionalBindings.flatMap(implicitParameters)];
}

function wholeField(field: string): Parameter {
  return { field, key: field, pattern: /^(.*)$/s };
}

// "*" matches one segment, and "**" any number of segments. If "**" matches none, the "/" before it is optional.
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
