/*
 * The plugins as they are published, which `npm run build` makes.
 */
import { spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const bin: string = fileURLToPath(new URL("../dist/bin/protoc-gen-ts-lro.cjs", import.meta.url));

/** What a run of a plugin leaves behind. */
export interface Run {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exitCode: number;
}

interface RunOptions {
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
  /** The generator by default. */
  readonly plugin?: string;
}

/** Runs a plugin with something on stdin. */
export async function runBin(
  stdin: Uint8Array,
  { args = [], nodeOptions = [], plugin = bin }: RunOptions = {},
): Promise<Run> {
  const child = spawn(process.execPath, [...nodeOptions, plugin, ...args]);
  // It need not read to the end.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  const exit = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? -1)));
  const [stdout, stderr, exitCode] = await Promise.all([buffer(child.stdout), text(child.stderr), exit]);
  return { stdout, stderr, exitCode };
}
