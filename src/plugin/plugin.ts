import { create, type DescFile, type DescService } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  type CodeGeneratorResponse,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import { createEcmaScriptPlugin, type Plugin, type Schema, type Target } from "@bufbuild/protoplugin";
import { type Diagnostic, formatDiagnostic } from "../descriptor/diagnostic.ts";
import { createTypeScope } from "../descriptor/scope.ts";
import { type ReadServiceYaml, type ServiceYaml, settingsOf } from "../descriptor/service-yaml/service-yaml.ts";
import { packageVersion } from "../descriptor/version.ts";
import { emit } from "./emit.ts";
import { notesOnFiles, notesOnMethods, notesOnYaml, plainMethodErrors } from "./notes.ts";
import { type Options, parseParameter } from "./options.ts";
import { type EncodedRequest, readRequest } from "./request/encoded-request.ts";
import { decodePrunedRequest } from "./request/pruned-request.ts";
import { RequestDetails } from "./request/request-details.ts";
import { requestIdField } from "./request-id.ts";
import { type Finding, type Findings, type ResolvedService, refuseSameNames, resolveService } from "./resolve.ts";

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
export function runPlugin(bytes: Uint8Array, readServiceYaml: ReadServiceYaml): Result {
  const outcome = generate(
    asRequest(() => readRequest(bytes)),
    readServiceYaml,
  );
  if (outcome.status === "generated") {
    return outcome;
  }
  const error = outcome.mistakes.map(formatDiagnostic).join("\n");
  return { response: create(CodeGeneratorResponseSchema, { error }), notes: [] };
}

function asRequest<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `the input is not a ${CodeGeneratorRequestSchema.typeName}: ${message}. Run this plugin through buf or protoc.`,
      { cause: error },
    );
  }
}

/**
 * Generates code for a request.
 *
 * @param decode Decodes the request. The default decodes only the parts that are needed.
 * @throws Error if a descriptor or an option is invalid.
 */
export function generate(
  encoded: EncodedRequest,
  readServiceYaml: ReadServiceYaml,
  decode: (encoded: EncodedRequest) => CodeGeneratorRequest = decodePrunedRequest,
): Outcome {
  // Checked first, because it costs little. Decoding does not.
  const options = parseParameter(encoded.parameter);
  const yamls = options.serviceYaml.map(readServiceYaml);
  const problems = yamls.flatMap((yaml) => yaml.problems);
  const details = new RequestDetails(encoded);

  const findings: Findings = { errors: [], plain: [] };
  let services: ReadonlyMap<DescFile, readonly ResolvedService[]> | undefined;
  const emitTarget = (schema: Schema<Options>, target: Target): void => {
    services ??= resolveFiles(schema, yamls, details, findings);
    if (problems.length === 0 && mistakesOf(findings, options).length === 0) {
      emit(schema, target, services);
    }
  };
  const plugin = createEcmaScriptPlugin({
    name: pluginName,
    version: pluginVersion,
    parseOptions: () => options,
    generateTs: emitTarget,
    // If these two were missing, protoplugin would load TypeScript and transpile.
    generateJs: emitTarget,
    generateDts: emitTarget,
  });
  const request = asRequest(() => decode(encoded));
  const response = run(plugin, request);

  const locate = ({ place, message }: Finding): Diagnostic => ({ position: details.positionOf(place), message });
  return asRequest(() => {
    const mistakes = [...problems, ...mistakesOf(findings, options).map(locate)];
    const emitted = [...(services?.values() ?? [])].flat().map(({ desc }) => desc);
    return mistakes.length > 0
      ? { status: "rejected", mistakes }
      : {
          status: "generated",
          response,
          notes: [
            ...notesOnMethods(findings, emitted).map(locate),
            ...yamls.flatMap((yaml) => notesOnYaml(yaml, emitted)),
            ...notesOnFiles(response),
          ],
        };
  });
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
  details: RequestDetails,
  findings: Findings,
): Map<DescFile, ResolvedService[]> {
  const scope = createTypeScope(schema.allFiles, () => details.messageNames);
  const resolve = (service: DescService): ResolvedService => {
    const { desc, methods } = resolveService(service, scope, findings);
    return {
      desc,
      methods: methods.map((method) => {
        const { autoPopulatedFields, ...settings } = settingsOf(yamls, method.desc);
        return { ...method, ...settings, requestId: requestIdField(method.desc, autoPopulatedFields) };
      }),
    };
  };
  return new Map(
    schema.files.map((file) => {
      const services = file.services.map(resolve).filter(({ methods }) => methods.length > 0);
      refuseSameNames(services, findings);
      return [file, services];
    }),
  );
}

function mistakesOf(findings: Findings, { strict }: Options): Finding[] {
  return strict ? [...findings.errors, ...plainMethodErrors(findings)] : findings.errors;
}
