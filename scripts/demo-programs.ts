import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { styleText } from "node:util";

/** What a program must do. */
export interface Expectation {
  /** What it must print to stdout. */
  readonly prints: readonly RegExp[];
  /** Default 0. */
  readonly exitCode?: number;
  /** Sends Ctrl-C so many milliseconds after its first line. */
  readonly interruptAfterMs?: number;
}

/** Runs compiled programs, and shows what they print. */
export class Programs {
  readonly #folder: string;
  readonly #servers: ChildProcess[] = [];

  /** @param folder Where the programs are. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts a server, and returns the URL that it prints. */
  async serve(program: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const server = this.#spawn([program], { env: { ...process.env, ...env } });
    this.#servers.push(server);
    for await (const url of linesOf(server)) {
      show(server, [program], `serves ${url}`);
      return url;
    }
    throw new Error(`${program} ended before it served`);
  }

  /**
   * Runs a program to its end, and returns what it has printed.
   *
   * @throws Error if it does not do what is expected of it.
   */
  async run(args: readonly string[], expected: Expectation): Promise<string> {
    const { prints, exitCode = 0, interruptAfterMs } = expected;
    const child = this.#spawn(args, { timeout: 20_000 });
    show(child, args, interruptAfterMs ? `Ctrl-C after ${interruptAfterMs} ms` : "");
    const ended = once(child, "exit");
    const lines: string[] = [];
    for await (const line of linesOf(child)) {
      console.log(line);
      if (lines.push(line) === 1 && interruptAfterMs !== undefined) {
        setTimeout(() => child.kill("SIGINT"), interruptAfterMs);
      }
    }
    const [code, signal] = await ended;
    const output = lines.join("\n");
    if (code !== exitCode) {
      throw new Error(`${args[0]} should exit with ${exitCode}, and ended with ${signal ?? code}`);
    }
    for (const pattern of prints) {
      if (!pattern.test(output)) {
        throw new Error(`${args[0]} should print ${pattern}`);
      }
    }
    return output;
  }

  /** Kills the server that was started last, as a crash does. */
  async kill(): Promise<void> {
    const server = this.#servers.pop();
    if (server) {
      console.log(styleText("dim", `$ kill -9 ${server.pid}`));
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    }
  }

  /** Stops all servers. */
  stop(): void {
    for (const server of this.#servers.splice(0)) {
      server.kill();
    }
  }

  // Progress bars go to stderr, which stays a terminal where it is one.
  #spawn(args: readonly string[], options?: SpawnOptions): ChildProcess {
    return spawn(process.execPath, args, { cwd: this.#folder, stdio: ["ignore", "pipe", "inherit"], ...options });
  }
}

function linesOf({ stdout }: ChildProcess): AsyncIterable<string> {
  if (!stdout) {
    throw new Error("stdout of the program is not a pipe");
  }
  return createInterface({ input: stdout });
}

function show({ pid }: ChildProcess, args: readonly string[], comment: string): void {
  console.log(styleText("dim", `$ node ${args.join(" ")}  # pid ${pid}${comment ? `, ${comment}` : ""}`));
}
