/*
 * Programs in processes of their own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { Feed } from "./feed.ts";
import { root } from "./repository.ts";

/** Tests end before it has paid to optimise the WebAssembly of PGlite. */
export const fastPGlite = "--liftoff-only";

/** Node's options for programs of TypeScript in this repository, which run against the source of the package. */
export const sourceOptions: readonly string[] = [
  "--conditions=protoc-gen-ts-lro/source",
  // Generated code has enums.
  "--experimental-transform-types",
  "--disable-warning=ExperimentalWarning",
  fastPGlite,
  `--import=${new URL("typescript-imports.ts", import.meta.url)}`,
];

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  /** The path of Node. Default: that of this process. */
  readonly node?: string | undefined;
  /** Default: the root of the repository. */
  readonly cwd?: string;
  /** What its environment has beside that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** When it is killed, if it has not ended by then. Default: never. */
  readonly timeoutMs?: number;
}

/** How a program has ended. */
export interface Exit {
  /** Null if a signal has ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs. It ends with this process at the latest. */
export interface Program<Message = unknown> {
  readonly pid: number | undefined;
  /** What it prints to stdout, line by line. What it prints to stderr goes to that of this process. */
  readonly lines: Feed<string>;
  /** What it sends by `process.send`. */
  readonly messages: Feed<Message>;
  readonly exited: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  /** Closes the channel of its messages, which tells it that it is no longer needed. */
  disconnect(): void;
  /** Ends it as a crash does. Resolves when it has ended. */
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

/** What a program leaves behind. */
export interface Run extends Pick<Exit, "exitCode"> {
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end, with something on stdin. */
export async function runProgram(
  path: string,
  { stdin = "", ...options }: ProgramOptions & { readonly stdin?: string | Uint8Array } = {},
): Promise<Run> {
  const child = spawnNode(path, options, ["pipe", "pipe", "pipe"]);
  // It need not read to the end.
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
