import { didYouMean, nearNames } from "../descriptor/near-names.ts";

/** The plugin's own options. protoplugin reads the rest. */
export interface Options {
  /** The parts to emit beside the table of long-running methods. All by default. */
  readonly emit: readonly Part[];
  /** Whether a method that returns an Operation without operation_info is an error. False by default. */
  readonly strict: boolean;
  /** Paths of the YAML files of services, which say how to poll. None by default. */
  readonly serviceYaml: readonly string[];
}

/** A part of the emitted code. */
export type Part = (typeof parts)[number];

const parts = ["client", "server", "unpack"] as const;

/**
 * @throws Error if an option is not known, or its value is not.
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
        throw new Error(`there is no option "${key}".${didYouMean(nearNames(key, optionNames))} See --help.`);
    }
  }
  return options;
}

/** What --help says of the options. */
export const optionsHelp = `Options of this plugin:
  emit=client+server+unpack      what to emit beside the table of long-running methods (default: all three)
  strict=true                    an Operation without operation_info is an error (default: false)
  service_yaml=PATH              take how to poll from a service's YAML: publishing.method_settings[].long_running

Options of every protobuf-es plugin:
  target=ts                      ts, js, dts, or a sum of them (default: js+dts)
  import_extension=js            none, js or ts (default: none)
  js_import_style=module         module or legacy_commonjs (default: module)
  rewrite_imports=PATTERN:TARGET
  map_imports=PATTERN:TARGET
  keep_empty_files=true          emit a file for protos without long-running methods too (default: false)
  ts_nocheck=true                put // @ts-nocheck in front (default: false)
  elide_plugin_version=true      leave the version out of the first line (default: false)
`;

const optionNames = [...optionsHelp.matchAll(/^ {2}(\w+)=/gm)].map(([, name = ""]) => name);

function parseParts(value: string): Part[] {
  const names = value.split("+");
  const unknown = names.filter((name) => !(parts as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new Error(`"${unknown.join("+")}" is not a part. The parts are ${parts.join(", ")}, joined by +.`);
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
      throw new Error(`"${value}" is neither true nor false.`);
  }
}
