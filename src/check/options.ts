import { didYouMean, nearNames } from "../descriptor/near-names.ts";
import type { ReadServiceYaml, ServiceYaml } from "../descriptor/service-yaml/service-yaml.ts";
import type { Option, Value } from "../gen/buf/plugin/option/v1/option_pb.ts";
import { InvalidArgumentError } from "./pluginrpc.ts";

/** The plugin's options in buf.yaml. */
export interface Options {
  /** Returns whether a method other than Delete may return google.protobuf.Empty. */
  readonly mayReturnEmpty: (service: string, method: string) => boolean;
  /** The service YAML files. */
  readonly serviceYamls: readonly ServiceYaml[];
}

const emptyResponseMethods = "empty_response_methods";
const serviceYaml = "service_yaml";
const keys = [emptyResponseMethods, serviceYaml];

/**
 * @throws InvalidArgumentError if an option is unknown, a value is neither a string nor a list of strings, or a file cannot
 * be read.
 */
export function readOptions(options: readonly Option[], readServiceYaml: ReadServiceYaml): Options {
  const values = new Map(options.map(({ key, value }) => [checkKey(key), readStrings(key, value)]));
  const empty = (values.get(emptyResponseMethods) ?? []).map(toPattern);
  return {
    mayReturnEmpty: (service, method) =>
      empty.some((pattern) => pattern.test(method) || pattern.test(`${service}.${method}`)),
    serviceYamls: (values.get(serviceYaml) ?? []).map((path) => readFile(path, readServiceYaml)),
  };
}

function checkKey(key: string): string {
  if (!keys.includes(key)) {
    const hint = didYouMean(nearNames(key, keys)) || ` Use ${keys.join(" or ")}.`;
    throw new InvalidArgumentError(`unknown option "${key}".${hint}`);
  }
  return key;
}

function readStrings(key: string, value: Value | undefined): string[] {
  switch (value?.type.case) {
    case "stringValue":
      return [value.type.value];
    case "listValue":
      return value.type.value.values.flatMap((item) => readStrings(key, item));
    default:
      throw new InvalidArgumentError(`option "${key}" must be a string or a list of strings.`);
  }
}

/** Converts a name, in which `*` matches any characters. */
function toPattern(name: string): RegExp {
  const parts = name.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function readFile(path: string, readServiceYaml: ReadServiceYaml): ServiceYaml {
  try {
    return readServiceYaml(path);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
