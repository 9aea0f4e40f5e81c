import { create, type DescFile, fromBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type Schema, type Target } from "@bufbuild/protoplugin";
import { packageVersion } from "../operation/version.js";
import { type Diagnostic, DiagnosticsError } from "./diagnostics.js";
import { emit } from "./emit.js";
import { type Options, parseOptions } from "./options.js";
import { decodePrunedRequest } from "./request/pruned-request.js";
import { type Findings, type ResolvedService, resolveService } from "./resolve.js";
import { createTypeScope } from "./scope.js";

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
export function runPlugin(request: Uint8Array): Result {
  try {
    return generate(decodePrunedRequest(request));
  } catch {
    // Whatever is wrong is better said of the whole request, with all its names and positions.
    return reportMistakes(() => generate(decodeRequest(request)));
  }
}

/**
 * Generates code for a request.
 *
 * @throws DiagnosticsError with every mistake in its protos.
 */
export function generate(request: CodeGeneratorRequest): Result {
  let notes: readonly Diagnostic[] = [];
  let services: ReadonlyMap<DescFile, readonly ResolvedService[]> | undefined;
  const emitTarget = (schema: Schema<Options>, target: Target): void => {
    if (services === undefined) {
      const findings: Findings = { errors: [], plain: [] };
      services = resolveFiles(schema, findings);
      notes = rejectMistakes(findings, schema.options.strict);
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

function resolveFiles(schema: Schema<Options>, findings: Findings): Map<DescFile, ResolvedService[]> {
  const scope = createTypeScope(schema.allFiles);
  return new Map(
    schema.files.map((file) => {
      const services = file.services.map((service) => resolveService(service, scope, findings));
      return [file, services.filter(({ methods }) => methods.length > 0)];
    }),
  );
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
