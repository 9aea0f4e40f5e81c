/*
 * Runs the plugin in the process of the test.
 */

import { parseServiceYaml } from "../src/descriptor/service-yaml/parse-service-yaml.ts";
import type { ReadServiceYaml } from "../src/descriptor/service-yaml/service-yaml.ts";
import { runPlugin } from "../src/plugin/plugin.ts";
import { compileRequest } from "./compile.ts";

/** The output of a run of the plugin. */
export interface Output {
  /** The contents of the generated files by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly error: string;
  readonly notes: readonly string[];
}

/** Runs the plugin on protos, given by path. */
export async function runOnProtos(protos: Readonly<Record<string, string>>, parameter?: string): Promise<Output> {
  return runOnRequest(await compileRequest(protos, parameter));
}

/** Runs the plugin on an encoded request. */
export function runOnRequest(request: Uint8Array): Output {
  const { response, notes } = runPlugin(request, noYaml);
  return {
    files: Object.fromEntries(response.file.map(({ name, content }) => [name, content])),
    error: response.error,
    notes: notes.map(({ position, message }) => `${position}: ${message}`),
  };
}

export const noYaml: ReadServiceYaml = (path) => {
  throw new Error(`${path} not found`);
};

/** Reads service YAML files that tests contain as text. */
export function yamlsIn(files: Readonly<Record<string, string>>): ReadServiceYaml {
  return (path) => parseServiceYaml(path, files[path] ?? "");
}
