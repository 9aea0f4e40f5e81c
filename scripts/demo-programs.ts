import { styleText } from "node:util";
import { type Program, type ProgramOptions, startProgram } from "../test/program.ts";

/** The expected behavior of a program. */
export interface Expectation {
  /** Patterns that its stdout must match. */
  readonly prints: readonly RegExp[];
  /** Default 0. */
  readonly exitCode?: number;
  /** Send Ctrl-C this many milliseconds after the first line of output. Default: never. */
  readonly interruptAfterMs?: number;
}

/** Runs compiled programs and prints their output. */
export class Programs {
  readonly #folder: string;
  readonly #servers: Program[] = [];

  /** @param folder The folder of the programs. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts a server and returns the URL that it prints. */
  async serve(path: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const server = this.#start([path], { env });
    this.#servers.push(server);
    for await (const url of server.lines) {
      show(server, [path], `serves ${url}`);
      return url;
    }
    throw new Error(`${path} exited before it printed a URL`);
  }

  /**
   * Runs a program until it exits and returns its output.
   *
   * @throws Error if the program does not behave as expected.
   */
  async run(args: readonly string[], expected: Expectation): Promise<string> {
    const { prints, exitCode: expectedCode = 0, interruptAfterMs } = expected;
    const program = this.#start(args, { timeoutMs: 20_000 });
    show(program, args, interruptAfterMs ? `Ctrl-C after ${interruptAfterMs} ms` : "");
    if (interruptAfterMs !== undefined) {
      program.lines.first().then(
        () => setTimeout(() => program.signal("SIGINT"), interruptAfterMs),
        // The program exited without output; its exit code shows why.
        () => {},
      );
    }
    for await (const line of program.lines) {
      console.log(line);
    }
    const { exitCode, signal } = await program.exited;
    if (exitCode !== expectedCode) {
      throw new Error(`${args[0]} should exit with ${expectedCode}, but exited with ${signal ?? exitCode}`);
    }
    const output = program.lines.entries.join("\n");
    for (const pattern of prints) {
      if (!pattern.test(output)) {
        throw new Error(`${args[0]} should print ${pattern}, but did not`);
      }
    }
    return output;
  }

  /** Kills the most recently started server to simulate a crash. */
  async kill(): Promise<void> {
    const server = this.#servers.pop();
    if (server) {
      console.log(styleText("dim", `$ kill -9 ${server.pid}`));
      await server.kill();
    }
  }

  /** Stops all servers. */
  stop(): void {
    for (const server of this.#servers.splice(0)) {
      server.signal("SIGTERM");
    }
  }

  #start([path = "", ...args]: readonly string[], options: ProgramOptions): Program {
    return startProgram(path, { args, cwd: this.#folder, ...options });
  }
}

function show({ pid }: Program, args: readonly string[], comment: string): void {
  console.log(styleText("dim", `$ node ${args.join(" ")}  # pid ${pid}${comment ? `, ${comment}` : ""}`));
}
