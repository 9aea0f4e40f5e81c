import { didYouMean, nearNames } from "../descriptor/near-names.ts";

/** The plugin's own options. */
export interface Options {
  /** The parts to generate in addition to the method table. Default: all parts. */
  readonly emit: readonly Part[];
  /** Whether a method that returns an Operation without operation_info is an error. Default: false. */
  readonly strict: boolean;
  /** Paths of service YAML files, which contain settings of methods. Default: none. */
  readonly serviceYaml: readonly string[];
}

/** A part of the generated code. */
export type Part = (typeof parts)[number];

const parts = ["client", "server", "unpack"] as const;
const targets = ["ts", "js", "dts"];

/** The list of options in the output of --help. */
export const optionsHelp = `Options of this plugin:
  emit=client+server+unpack      what to generate in addition to the method table (default: all three)
  strict=true                    report an Operation without operation_info as an error (default: false)
  service_yaml=PATH              read polling settings, request IDs, and deadlines from a service YAML file

Options of every protobuf-es plugin:
  target=ts                      ts, js, dts, or several joined with "+" (default: js+dts)
  import_extension=js            none, js, or ts (default: none)
  js_import_style=module         module or legacy_commonjs (default: module)
  rewrite_imports=PATTERN:TARGET
  map_imports=PATTERN:TARGET
  keep_empty_files=true          also generate a file for protos without long-running methods (default: false)
  ts_nocheck=true                start each file with // @ts-nocheck (default: false)
  elide_plugin_version=true      omit the plugin version from the first line (default: false)
`;

/** The values of an option. */
interface Values {
  /** The end of the sentence "Use …". */
  readonly use: string;
  readonly isValid: (value: string) => boolean;
  /** The values that can be joined with "+". */
  readonly joined?: readonly string[];
  /** Whether the option can be repeated. Default: false. */
  readonly isRepeated?: true;
}

const bool: Values = { use: "true or false", isValid: (value) => ["true", "false", "1", "0"].includes(value) };
const mapping: Values = {
  use: "PATTERN:TARGET, for example ./acme/**/*_pb.js:@acme/protos",
  isValid: (value) => /^[^:]+:./.test(value),
  isRepeated: true,
};

const optionValues: ReadonlyMap<string, Values> = new Map([
  ["emit", joined(parts)],
  ["strict", bool],
  ["service_yaml", { use: "the path of a file", isValid: (value) => value !== "", isRepeated: true }],
  ["target", joined(targets)],
  ["import_extension", oneOf("none", "js", "ts", ".js", ".ts", "")],
  ["js_import_style", oneOf("module", "legacy_commonjs")],
  ["rewrite_imports", mapping],
  ["map_imports", mapping],
  ["keep_empty_files", bool],
  ["ts_nocheck", bool],
  ["elide_plugin_version", bool],
]);

/**
 * Parses the parameter of a request. Also checks the options that protoplugin parses, because its errors do not list
 * the valid values, and because it would parse them only after the request has been decoded.
 *
 * @throws Error if an option is unknown or repeated, or if its value is invalid.
 */
export function parseParameter(parameter: string): Options {
  const given = new Map<string, string[]>();
  let previous = "";
  for (const raw of parameter === "" ? [] : parameter.split(",")) {
    const [key = "", value = ""] = raw.split(/=(.*)/s);
    const problem = findProblem(key, value, previous, given);
    if (problem !== undefined) {
      throw new Error(`invalid option "${raw}": ${problem}`);
    }
    given.set(key, [...(given.get(key) ?? []), value]);
    previous = raw;
  }
  const [emit = parts.join("+")] = given.get("emit") ?? [];
  const [strict = "false"] = given.get("strict") ?? [];
  return {
    emit: parts.filter((part) => emit.split("+").includes(part)),
    strict: strict === "true" || strict === "1",
    serviceYaml: given.get("service_yaml") ?? [],
  };
}

function findProblem(
  key: string,
  value: string,
  previous: string,
  given: ReadonlyMap<string, unknown>,
): string | undefined {
  const values = optionValues.get(key);
  if (values === undefined) {
    const [previousKey = ""] = previous.split("=");
    return optionValues.get(previousKey)?.joined?.includes(key)
      ? `options are separated by commas. Join the values of ${previousKey} with "+": ${previous}+${key}.`
      : `unknown option "${key}".${didYouMean(nearNames(key, optionValues.keys()))} See --help.`;
  }
  if (!values.isValid(value)) {
    return `"${value}" is not a valid value. Use ${values.use}.`;
  }
  if (given.has(key) && !values.isRepeated) {
    return `${key} is set twice. ${values.joined ? 'Join the values with "+".' : "Remove one of the two."}`;
  }
  return undefined;
}

function joined(names: readonly string[]): Values {
  return {
    use: `${names.slice(0, -1).join(", ")}, ${names.at(-1)}, or several joined with "+"`,
    isValid: (value) => value.split("+").every((name) => names.includes(name)),
    joined: names,
  };
}

/** Names that do not start with a letter are alternative spellings, which the error does not list. */
function oneOf(...names: readonly string[]): Values {
  const shown = names.filter((name) => /^\w/.test(name));
  return { use: `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`, isValid: (value) => names.includes(value) };
}
