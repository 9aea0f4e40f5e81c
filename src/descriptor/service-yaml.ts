/** Reads a YAML file into plain values. */
export type ReadYaml = (path: string) => unknown;

/** Polling settings of a method, named like the runtime's polling options. Times are in milliseconds. */
export interface MethodPolling {
  readonly initialDelayMs?: number;
  readonly delayMultiplier?: number;
  readonly maxDelayMs?: number;
  readonly totalTimeoutMs?: number;
}

/** The settings for long-running methods in a service YAML (google.api.Service). */
export interface ServiceYaml {
  readonly path: string;
  /** The full names of the services listed under `apis`. */
  readonly apis: ReadonlySet<string>;
  /** Polling settings by full method name. */
  readonly polling: ReadonlyMap<string, MethodPolling>;
}

/**
 * Reads a service YAML file.
 *
 * @throws Error that names the file and the setting if the file cannot be read or a setting is invalid.
 */
export function readServiceYaml(path: string, readYaml: ReadYaml): ServiceYaml {
  try {
    const yaml = asRecord(readYaml(path), "the file");
    const settings = asList(asRecord(yaml.publishing ?? {}, "publishing").method_settings, "method_settings");
    return {
      path,
      apis: new Set(asList(yaml.apis, "apis").map((api) => String(asRecord(api, "apis").name))),
      polling: new Map(settings.flatMap((setting) => readMethodSetting(asRecord(setting, "method_settings")))),
    };
  } catch (error) {
    throw new Error(`service_yaml=${path}: ${(error as Error).message}`);
  }
}

function readMethodSetting({
  selector,
  long_running: longRunning,
}: Record<string, unknown>): [string, MethodPolling][] {
  if (longRunning === undefined) {
    return [];
  }
  const name = String(selector);
  const values = asRecord(longRunning, `long_running of ${name}`);
  const read = (field: string, parse: (value: unknown) => number, least = 0): number | undefined => {
    const value = values[field];
    const number = value === undefined ? undefined : parse(value);
    if (number !== undefined && !(number >= least)) {
      throw new Error(
        `${field} of ${name} is ${JSON.stringify(value)}. Use a duration such as 60s, or a factor such as 1.5`,
      );
    }
    return number;
  };
  const polling = {
    initialDelayMs: read("initial_poll_delay", toMilliseconds),
    delayMultiplier: read("poll_delay_multiplier", Number, 1),
    maxDelayMs: read("max_poll_delay", toMilliseconds),
    totalTimeoutMs: read("total_poll_timeout", toMilliseconds),
  };
  return [[name, Object.fromEntries(Object.entries(polling).filter(([, value]) => value !== undefined))]];
}

/** Parses a google.protobuf.Duration in its JSON form, such as `1.5s`, or as a mapping of its fields. */
function toMilliseconds(value: unknown): number {
  if (typeof value === "string") {
    return /^\d+(\.\d+)?s$/.test(value) ? Number(value.slice(0, -1)) * 1000 : Number.NaN;
  }
  const { seconds = 0, nanos = 0 } = asRecord(value, "a duration");
  return Number(seconds) * 1000 + Number(nanos) / 1e6;
}

function asRecord(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${name} must be a mapping`);
  }
  return value as Record<string, unknown>;
}

function asList(value: unknown, name: string): unknown[] {
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    throw new Error(`${name} must be a list`);
  }
  return value ?? [];
}
