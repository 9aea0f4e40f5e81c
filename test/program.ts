/*
 * Runs programs in child processes.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { Feed } from "./feed.ts";
import { root } from "./repository.ts";

/** Disables optimization of PGlite's WebAssembly, which takes longer than it saves in a test. */
export const fastPGlite = "--liftoff-only";

/** Node.js options for TypeScript programs in this repository, which import the package from its source. */
export const sourceOptions: readonly string[] = [
  "--conditions=protoc-gen-ts-lro/source",
  // Generated code has enums, which type stripping does not support.
  "--experimental-transform-types",
  "--disable-warning=ExperimentalWarning",
  fastPGlite,
  `--import=${new URL("typescript-imports.ts", import.meta.url)}`,
];

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** Options of Node.js itself. */
  readonly nodeOptions?: readonly string[];
  /** The path of Node.js. Default: that of this process. */
  readonly node?: string | undefined;
  /** Default: the root of the repository. */
  readonly cwd?: string;
  /** Environment variables in addition to those of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Time after which the program is killed. Default: no limit. */
  readonly timeoutMs?: number;
}

/** The exit of a program. */
export interface Exit {
  /** The exit code, or null if a signal ended the program. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running program. It is killed when this process exits. */
export interface Program<Message = unknown> {
  readonly pid: number | undefined;
  /** The lines of its stdout. Its stderr goes to that of this process. */
  readonly lines: Feed<string>;
  /** The messages that it sends with `process.send`. */
  readonly messages: Feed<Message>;
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  /** Closes the message channel, which signals the program to exit. */
  disconnect(): void;
  /** Kills the program like a crash. Resolves when it has exited. */
  kill(): Promise<Exit>;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) {
    child.kill("SIGKILL");
  }
});

/** Starts a program. */
export function startProgram<Message = unknown>(path: string, options: ProgramOptions = {}): Program<Message> {
  const child = spawnNode(path, options, ["ignore", "pipe", "inherit", "ipc"]);
  const lines = new Feed<string>();
  const messages = new Feed<Message>();
  createInterface({ input: child.stdout as Readable })
    .on("line", (line) => lines.push(line))
    .on("close", () => lines.end());
  child.on("message", (message) => messages.push(message as Message));
  child.on("disconnect", () => messages.end());
  const exited = exitOf(child);
  return {
    pid: child.pid,
    lines,
    messages,
    exited,
    signal: (signal) => void child.kill(signal),
    disconnect: () => child.disconnect(),
    kill() {
      child.kill("SIGKILL");
      return exited;
    },
  };
}

/** The result of running a program. */
export interface Run extends Pick<Exit, "exitCode"> {
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program until it exits, with the given input on stdin. */
export async function runProgram(
  path: string,
  { stdin = "", ...options }: ProgramOptions & { readonly stdin?: string | Uint8Array } = {},
): Promise<Run> {
  const child = spawnNode(path, options, ["pipe", "pipe", "pipe"]);
  // Ignores the error that occurs if the program does not read all of its input.
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin);
  const [stdout, stderr, { exitCode }] = await Promise.all([
    buffer(child.stdout as Readable),
    text(child.stderr as Readable),
    exitOf(child),
  ]);
  return { stdout, stderr, exitCode };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => child.once("close", (exitCode, signal) => resolve({ exitCode, signal })));
}

function spawnNode(
  path: string,
  { args = [], node = process.execPath, nodeOptions = [], cwd = root, env, timeoutMs }: ProgramOptions,
  stdio: ("ignore" | "pipe" | "inherit" | "ipc")[],
): ChildProcess {
  const options = path.endsWith(".ts") ? [...sourceOptions, ...nodeOptions] : nodeOptions;
  const child = spawn(node, [...options, path, ...args], {
    cwd,
    stdio,
    env: { ...process.env, ...env },
    ...(timeoutMs !== undefined && { timeout: timeoutMs, killSignal: "SIGKILL" as const }),
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}
