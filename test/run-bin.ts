/*
 * The plugins as they are published, which `npm run build` makes.
 */
import { fileURLToPath } from "node:url";
import { type ProgramOptions, type Run, runProgram } from "./program.ts";

export const bin: string = fileURLToPath(new URL("../dist/bin/protoc-gen-ts-lro.cjs", import.meta.url));

/** Runs a plugin with something on stdin: the generator, if no other is given. `PLUGIN_NODE` may name another Node. */
export function runBin(
  stdin: Uint8Array,
  { plugin = bin, ...options }: ProgramOptions & { readonly plugin?: string } = {},
): Promise<Run> {
  return runProgram(plugin, { stdin, node: process.env.PLUGIN_NODE, ...options });
}
