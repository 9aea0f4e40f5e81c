import { didYouMean, nearNames } from "../descriptor/near-names.ts";

/** The plugin's own options. protoplugin parses the other ones. */
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

/**
 * @throws Error if an option is unknown or its value is invalid.
 */
export function parseOptions(pairs: readonly { key: string; value: string }[]): Options {
  let options: Options = { emit: parts, strict: false, serviceYaml: [] };
  for (const { key, value } of pairs) {
    switch (key) {
      case "emit":
        options = { ...options, emit: parseParts(value) };
        break;
      case "strict":
        options = { ...options, strict: parseBoolean(value) };
        break;
      case "service_yaml":
        options = { ...options, serviceYaml: [...options.serviceYaml, value] };
        break;
      default:
        throw new Error(`unknown option "${key}".${didYouMean(nearNames(key, optionNames))} See --help.`);
    }
  }
  return options;
}

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

const optionNames = [...optionsHelp.matchAll(/^ {2}(\w+)=/gm)].map(([, name = ""]) => name);

function parseParts(value: string): Part[] {
  const names = value.split("+");
  const unknown = names.filter((name) => !(parts as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new Error(`unknown part "${unknown.join("+")}". Use client, server, and unpack, joined with "+".`);
  }
  return parts.filter((part) => names.includes(part));
}

function parseBoolean(value: string): boolean {
  switch (value) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      throw new Error(`"${value}" is neither true nor false. Use true or false.`);
  }
}
