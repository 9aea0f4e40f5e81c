import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { median } from "./quantile.ts";

/** The time and memory of a run. */
export interface Measurement {
  readonly wallMs: number;
  readonly peakBytes: number;
}

const peakMemory = fileURLToPath(new URL("peak-memory.cjs", import.meta.url));

/**
 * Runs Node.js with the given arguments. Another process sends a file to its stdin through a pipe, as buf and protoc do.
 *
 * @throws Error if the program fails.
 */
export async function measure(args: readonly string[], input: string): Promise<Measurement> {
  const command = [process.execPath, "--require", peakMemory, ...args];
  const start = performance.now();
  const child = spawn("sh", ["-c", 'input="$0"; cat "$input" | "$@"', input, ...command], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [stdout, stderr, peak] = child.stdio.slice(1) as [Readable, Readable, Readable];
  const [code, , errors, peakBytes] = await Promise.all([
    new Promise((resolve) => child.on("close", resolve)),
    buffer(stdout),
    text(stderr),
    text(peak),
  ]);
  const wallMs = performance.now() - start;
  if (code !== 0) {
    throw new Error(`${args.join(" ")} exited with ${code}: ${errors}`);
  }
  return { wallMs, peakBytes: Number(peakBytes) };
}

/** Returns the median time and memory of several runs. */
export function medianOf(runs: readonly Measurement[]): Measurement {
  return {
    wallMs: median(runs.map(({ wallMs }) => wallMs)),
    peakBytes: median(runs.map(({ peakBytes }) => peakBytes)),
  };
}
