import type { DescMethod } from "@bufbuild/protobuf";
import type { HttpRule } from "../../gen/google/api/http_pb.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { selects } from "./selector.ts";

/** Polling settings of a method, named like the runtime's polling options. Times are in milliseconds. */
export interface MethodPolling {
  readonly initialDelayMs?: number;
  readonly delayMultiplier?: number;
  readonly maxDelayMs?: number;
  readonly totalTimeoutMs?: number;
}

/** Settings for the methods that a selector names. */
export interface SelectedSettings {
  readonly selector: string;
  /** The location of the settings in the file. */
  readonly position: string;
  /** How to poll the operations of the methods. From `publishing.method_settings`. */
  readonly polling?: MethodPolling;
  /** The request fields that clients fill in if they are empty. From `publishing.method_settings`. */
  readonly autoPopulatedFields?: readonly string[];
  /** The default timeout of calls that start an operation, in milliseconds. From `backend.rules`. */
  readonly startTimeoutMs?: number;
}

/** The settings for one method. */
export type MethodSettings = Pick<SelectedSettings, "polling" | "autoPopulatedFields" | "startTimeoutMs">;

/** The settings in a service YAML (google.api.Service) that concern long-running methods. */
export interface ServiceYaml {
  readonly path: string;
  /** Everything in the file that is invalid. Invalid values are missing below. */
  readonly problems: readonly Diagnostic[];
  /** The full names of the services listed under `apis`. */
  readonly apis: ReadonlySet<string>;
  /** The settings of methods, in the order of their precedence: the last one that applies to a method is used. */
  readonly settings: readonly SelectedSettings[];
  /** The HTTP mappings of google.longrunning.Operations, in the order of their precedence. */
  readonly operationsHttp: readonly HttpRule[];
}

/** Reads a service YAML file by its path. */
export type ReadServiceYaml = (path: string) => ServiceYaml;

/** Returns the settings of a method in several files. Later files take precedence. */
export function settingsOf(yamls: readonly ServiceYaml[], { parent, name }: DescMethod): MethodSettings {
  const applicable = yamls.flatMap(({ settings }) =>
    settings.filter(({ selector }) => selects(selector, `${parent.typeName}.${name}`)),
  );
  const { selector, position, ...settings }: SelectedSettings = Object.assign({}, ...applicable);
  return settings;
}
