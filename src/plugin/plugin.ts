import { create, type DescFile, type DescService, fromBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type Plugin, type Schema, type Target } from "@bufbuild/protoplugin";
import { createTypeScope } from "../descriptor/scope.ts";
import { type ReadYaml, readServiceYaml, type ServiceYaml } from "../descriptor/service-yaml.ts";
import { packageVersion } from "../descriptor/version.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { type Diagnostic, formatDiagnostic } from "./diagnostics.ts";
import { emit } from "./emit.ts";
import { type Options, parseOptions } from "./options.ts";
import { decodePrunedRequest } from "./request/pruned-request.ts";
import { requestIdField } from "./request-id.ts";
import { type Findings, findSameNames, type ResolvedService, resolveService } from "./resolve.ts";

export const pluginName = "protoc-gen-ts-lro";
export const pluginVersion: string = `v${packageVersion}`;

/** The result of a run of the plugin. */
export interface Result {
  readonly response: CodeGeneratorResponse;
  /** Notes to the authors of the protos. */
  readonly notes: readonly Diagnostic[];
}

/** The outcome of a request: generated code, or all errors in its protos. */
export type Outcome =
  | ({ readonly status: "generated" } & Result)
  | { readonly status: "rejected"; readonly mistakes: readonly Diagnostic[] };

/**
 * Runs the plugin on an encoded CodeGeneratorRequest. Errors in the protos become the `error` of the response.
 *
 * @throws Error if the bytes are not a request or an option is invalid.
 */
export function runPlugin(bytes: Uint8Array, readYaml: ReadYaml): Result {
  const outcome = generate(decode(decodePrunedRequest, bytes), readYaml);
  // Retry with the full request, so that error messages have positions and suggest similar names.
  return outcome.status === "generated" ? outcome : report(generate(decode(decodeWholeRequest, bytes), readYaml));
}

function decode(read: (bytes: Uint8Array) => CodeGeneratorRequest, bytes: Uint8Array): CodeGeneratorRequest {
  try {
    return read(bytes);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `the input is not a ${CodeGeneratorRequestSchema.typeName}: ${message}. Run this plugin through buf or protoc.`,
      { cause: error },
    );
  }
}

function decodeWholeRequest(bytes: Uint8Array): CodeGeneratorRequest {
  return fromBinary(CodeGeneratorRequestSchema, bytes);
}

function report(outcome: Outcome): Result {
  if (outcome.status === "generated") {
    return outcome;
  }
  const error = outcome.mistakes.map(formatDiagnostic).join("\n");
  return { response: create(CodeGeneratorResponseSchema, { error }), notes: [] };
}

/**
 * Generates code for a request.
 *
 * @throws Error if a descriptor or an option is invalid.
 */
export function generate(request: CodeGeneratorRequest, readYaml: ReadYaml): Outcome {
  let mistakes: readonly Diagnostic[] = [];
  let notes: readonly Diagnostic[] = [];
  let services: ReadonlyMap<DescFile, readonly ResolvedService[]> | undefined;
  const emitTarget = (schema: Schema<Options>, target: Target): void => {
    if (services === undefined) {
      const findings: Findings = { errors: [], plain: [] };
      const yamls = schema.options.serviceYaml.map((path) => readServiceYaml(path, readYaml));
      services = resolveFiles(schema, yamls, findings);
      mistakes = mistakesOf(findings, schema.options.strict);
      notes = [...notesOf(findings), ...missingOperations(yamls, services)];
    }
    if (mistakes.length === 0) {
      emit(schema, target, services);
    }
  };
  const plugin = createEcmaScriptPlugin({
    name: pluginName,
    version: pluginVersion,
    parseOptions,
    generateTs: emitTarget,
    // If these two were missing, protoplugin would load TypeScript and transpile.
    generateJs: emitTarget,
    generateDts: emitTarget,
  });
  const response = run(plugin, request);
  return mistakes.length > 0 ? { status: "rejected", mistakes } : { status: "generated", response, notes };
}

function run(plugin: Plugin, request: CodeGeneratorRequest): CodeGeneratorResponse {
  try {
    return plugin.run(request);
  } catch (error) {
    if (error instanceof Error && error.message === "") {
      // protobuf-es throws errors without a message for descriptors that no compiler would produce.
      throw new Error("invalid descriptor in the request: generate it with buf or protoc", { cause: error });
    }
    throw error;
  }
}

function resolveFiles(
  schema: Schema<Options>,
  yamls: readonly ServiceYaml[],
  findings: Findings,
): Map<DescFile, ResolvedService[]> {
  const scope = createTypeScope(schema.allFiles);
  const polling = new Map(yamls.flatMap((yaml) => [...yaml.polling]));
  const resolve = (service: DescService): ResolvedService => {
    const { desc, methods } = resolveService(service, scope, findings);
    return {
      desc,
      methods: methods.map((method) => ({
        ...method,
        polling: polling.get(`${desc.typeName}.${method.desc.name}`),
        requestId: requestIdField(method.desc),
      })),
    };
  };
  return new Map(
    schema.files.map((file) => {
      const services = file.services.map(resolve).filter(({ methods }) => methods.length > 0);
      findSameNames(services, findings);
      return [file, services];
    }),
  );
}

/** Returns a note for each service YAML that lists a long-running service but not google.longrunning.Operations. */
function missingOperations(
  yamls: readonly ServiceYaml[],
  services: ReadonlyMap<DescFile, readonly ResolvedService[]>,
): Diagnostic[] {
  const emitted = [...services.values()].flat().map(({ desc }) => desc.typeName);
  return yamls.flatMap(({ path, apis }) => {
    const service = emitted.find((name) => apis.has(name));
    return service === undefined || apis.has(Operations.typeName)
      ? []
      : {
          position: path,
          message: `apis lists ${service} but not ${Operations.typeName}. Add it; without it, clients cannot get the status of operations.`,
        };
  });
}

const annotate = "Annotate it with option (google.longrunning.operation_info)";

function mistakesOf({ errors, plain }: Findings, strict: boolean): Diagnostic[] {
  return strict ? [...errors, ...addAdvice(plain, `${annotate}, or set strict=false.`)] : errors;
}

function notesOf({ plain }: Findings): Diagnostic[] {
  return addAdvice(plain, `It stays a plain RPC. ${annotate} to get a typed operation.`);
}

function addAdvice(diagnostics: readonly Diagnostic[], advice: string): Diagnostic[] {
  return diagnostics.map(({ position, message }) => ({ position, message: `${message} ${advice}` }));
}
