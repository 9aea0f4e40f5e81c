import type { DescMessage, DescService } from "@bufbuild/protobuf";
import { codegenVersion } from "./version.ts";

/**
 * What a service's YAML says about polling the operations of a method, in
 * `publishing.method_settings[].long_running`. Times are in milliseconds.
 */
export interface LroPolling {
  /** The delay before the first poll. Default 100. */
  readonly initialDelayMs?: number;
  /** What the delay is multiplied with after each poll. Default 1.3. */
  readonly delayMultiplier?: number;
  /** The longest delay. Default 10,000. */
  readonly maxDelayMs?: number;
  /** How long a wait takes that does not say so itself. Default: without limit. */
  readonly totalTimeoutMs?: number;
}

/** The types that the operations of one long-running method hold, as `google.longrunning.operation_info` names them. */
export interface LroMethod<R extends DescMessage = DescMessage, M extends DescMessage = DescMessage> {
  /** The type of `Operation.response`. */
  readonly response: R;
  /** The type of `Operation.metadata`. */
  readonly metadata: M;
  /** How to poll, where the API's publisher says so. */
  readonly polling?: LroPolling;
}

/** The long-running methods of a service by their local names, such as `createBook`. */
export type LroMethods = Readonly<Record<string, LroMethod>>;

/** A service with its long-running methods. Generated code exports one for each service that has any. */
export interface LroService<S extends DescService = DescService, L extends LroMethods = LroMethods> {
  readonly service: S;
  readonly methods: L;
}

/**
 * Joins a service and its long-running methods.
 *
 * @param codegen The version of the contract between generated code and runtime that the code was generated for.
 * @throws Error if this runtime keeps another version of that contract.
 */
export function lroService<S extends DescService, L extends LroMethods>(
  service: S,
  methods: L,
  codegen: typeof codegenVersion,
): LroService<S, L> {
  if (codegen !== codegenVersion) {
    throw new Error(
      `${service.typeName} was generated for version ${codegen} of the codegen contract, and the runtime has ` +
        `${codegenVersion}: use one version of protoc-gen-ts-lro for both, and generate again`,
    );
  }
  return { service, methods };
}
