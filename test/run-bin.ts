/*
 * Runs the plugins as they are published. `npm run build` builds them.
 */
import { fileURLToPath } from "node:url";
import { type ProgramOptions, type Run, runProgram } from "./program.ts";

export const bin: string = fileURLToPath(new URL("../dist/bin/protoc-gen-ts-lro.cjs", import.meta.url));

/** Runs a plugin, by default the generator. The variable `PLUGIN_NODE` can specify the path of another Node.js. */
export function runBin(
  stdin: Uint8Array,
  { plugin = bin, ...options }: ProgramOptions & { readonly plugin?: string } = {},
): Promise<Run> {
  return runProgram(plugin, { stdin, node: process.env.PLUGIN_NODE, ...options });
}
