/** Reads a YAML file into plain values. */
export type ReadYaml = (path: string) => unknown;

/** How to poll the operations of a method, in the words of the runtime. Times are in milliseconds. */
export interface MethodPolling {
  readonly initialDelayMs?: number;
  readonly delayMultiplier?: number;
  readonly maxDelayMs?: number;
  readonly totalTimeoutMs?: number;
}

/** What the YAML of a service (google.api.Service) says about its long-running methods. */
export interface ServiceYaml {
  readonly path: string;
  /** The full names of the services that the API serves, as `apis` lists them. */
  readonly apis: ReadonlySet<string>;
  /** How to poll the operations of a method, by its full name. */
  readonly polling: ReadonlyMap<string, MethodPolling>;
}

/**
 * Reads the YAML of a service.
 *
 * @throws Error that names the file, and the setting, if it cannot be read.
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
  const read = (field: string, parse: (value: unknown) => number): number | undefined => {
    const value = values[field];
    const number = value === undefined ? undefined : parse(value);
    if (number !== undefined && !(number >= 0)) {
      throw new Error(
        `${field} of ${name} is ${JSON.stringify(value)}, not a duration such as 60s, or a factor such as 1.5`,
      );
    }
    return number;
  };
  const polling = {
    initialDelayMs: read("initial_poll_delay", toMilliseconds),
    delayMultiplier: read("poll_delay_multiplier", Number),
    maxDelayMs: read("max_poll_delay", toMilliseconds),
    totalTimeoutMs: read("total_poll_timeout", toMilliseconds),
  };
  return [[name, Object.fromEntries(Object.entries(polling).filter(([, value]) => value !== undefined))]];
}

/** Reads a google.protobuf.Duration as JSON has it, `1.5s`, or by its fields. */
function toMilliseconds(value: unknown): number {
  if (typeof value === "string") {
    return /^\d+(\.\d+)?s$/.test(value) ? Number(value.slice(0, -1)) * 1000 : Number.NaN;
  }
  const { seconds = 0, nanos = 0 } = asRecord(value, "a duration");
  return Number(seconds) * 1000 + Number(nanos) / 1e6;
}

function asRecord(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${name} is not a mapping`);
  }
  return value as Record<string, unknown>;
}

function asList(value: unknown, name: string): unknown[] {
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    throw new Error(`${name} is not a list`);
  }
  return value ?? [];
}
