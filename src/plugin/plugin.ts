import { create, type DescFile, type DescService, fromBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type Schema, type Target } from "@bufbuild/protoplugin";
import { createTypeScope } from "../descriptor/scope.ts";
import { type ReadYaml, readServiceYaml, type ServiceYaml } from "../descriptor/service-yaml.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { packageVersion } from "../operation/version.ts";
import { type Diagnostic, DiagnosticsError } from "./diagnostics.ts";
import { emit } from "./emit.ts";
import { type Options, parseOptions } from "./options.ts";
import { decodePrunedRequest } from "./request/pruned-request.ts";
import { type Findings, type ResolvedService, resolveService } from "./resolve.ts";

export const pluginName = "protoc-gen-ts-lro";
export const pluginVersion: string = `v${packageVersion}`;

/** What a run of the plugin gives back. */
export interface Result {
  readonly response: CodeGeneratorResponse;
  /** What the authors of the protos should know. */
  readonly notes: readonly Diagnostic[];
}

/**
 * Runs the plugin on an encoded CodeGeneratorRequest. Mistakes in the protos become the error of the response.
 *
 * @throws Error if the bytes are not a request, or an option is wrong.
 */
export function runPlugin(request: Uint8Array, readYaml: ReadYaml): Result {
  try {
    return generate(decodePrunedRequest(request), readYaml);
  } catch {
    // Whatever is wrong is better said of the whole request, with all its names and positions.
    return reportMistakes(() => generate(decodeRequest(request), readYaml));
  }
}

/**
 * Generates code for a request.
 *
 * @throws DiagnosticsError with every mistake in its protos.
 */
export function generate(request: CodeGeneratorRequest, readYaml: ReadYaml): Result {
  let notes: readonly Diagnostic[] = [];
  let services: ReadonlyMap<DescFile, readonly ResolvedService[]> | undefined;
  const emitTarget = (schema: Schema<Options>, target: Target): void => {
    if (services === undefined) {
      const findings: Findings = { errors: [], plain: [] };
      const yamls = schema.options.serviceYaml.map((path) => readServiceYaml(path, readYaml));
      services = resolveFiles(schema, yamls, findings);
      notes = [...rejectMistakes(findings, schema.options.strict), ...missingOperations(yamls, services)];
    }
    emit(schema, target, services);
  };
  const plugin = createEcmaScriptPlugin({
    name: pluginName,
    version: pluginVersion,
    parseOptions,
    generateTs: emitTarget,
    // Without printers of their own for these targets, protoplugin would load TypeScript to make them.
    generateJs: emitTarget,
    generateDts: emitTarget,
  });
  const response = plugin.run(request);
  return { response, notes };
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
      methods: methods.map((method) => ({ ...method, polling: polling.get(`${desc.typeName}.${method.desc.name}`) })),
    };
  };
  return new Map(
    schema.files.map((file) => [file, file.services.map(resolve).filter(({ methods }) => methods.length > 0)]),
  );
}

/** Notes the service YAMLs with a long-running service whose operations nobody can ask for. */
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
          message: `apis lists ${service} but not ${Operations.typeName}. Add it, or clients cannot ask how its operations are.`,
        };
  });
}

/** Throws if there are errors, and returns what is to be noted else. */
function rejectMistakes({ errors, plain }: Findings, strict: boolean): Diagnostic[] {
  const annotate = "Annotate it with option (google.longrunning.operation_info)";
  const say = (suffix: string): Diagnostic[] =>
    plain.map(({ position, message }) => ({ position, message: `${message} ${suffix}` }));
  const all = strict ? [...errors, ...say(`${annotate}, or set strict=false.`)] : errors;
  if (all.length > 0) {
    throw new DiagnosticsError(all);
  }
  return say(`It stays a plain rpc. ${annotate} to get a typed operation.`);
}

function reportMistakes(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof DiagnosticsError) {
      return { response: create(CodeGeneratorResponseSchema, { error: error.message }), notes: [] };
    }
    if (error instanceof Error && error.message === "") {
      // protobuf-es says nothing of a descriptor that no compiler would have made.
      throw new Error("a descriptor in the request is not valid", { cause: error });
    }
    throw error;
  }
}

function decodeRequest(bytes: Uint8Array): CodeGeneratorRequest {
  try {
    return fromBinary(CodeGeneratorRequestSchema, bytes);
  } catch (error) {
    throw new Error(`the input is not a google.protobuf.compiler.CodeGeneratorRequest: ${(error as Error).message}`);
  }
}
