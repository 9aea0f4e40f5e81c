import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { type Program, startProgram } from "../program.ts";
import type { ChaosDatabase } from "./database.ts";

/** Servers in separate processes that share a database. */
export interface Fleet {
  readonly size: number;
  /** Servers that exited unexpectedly. */
  readonly problems: readonly string[];
  /** The transport to a server. `undefined` if the server is not running or is paused. */
  transport(index: number): Transport | undefined;
  /** Ends a server with a signal and starts another one in its place. */
  replace(index: number, signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Pauses a process, as if its machine slept, and continues it after `ms`. */
  pause(index: number, ms: number): void;
  close(): Promise<void>;
}

interface Server {
  readonly program: Program<{ readonly port: number }>;
  /** `undefined` until the process listens. */
  transport?: Transport;
  pausedUntil: number;
}

export function startFleet({ engine, location, servers: size }: ChaosDatabase): Fleet {
  const problems: string[] = [];
  const servers = new Map<number, Server>();

  function start(index: number): void {
    const program: Server["program"] = startProgram("test/chaos/server.ts", { args: [engine, location] });
    const server: Server = { program, pausedUntil: 0 };
    servers.set(index, server);
    void program.exited.then(({ exitCode, signal }) => {
      if (servers.get(index) === server) {
        problems.push(`a server exited unexpectedly with ${exitCode ?? signal}`);
        start(index);
      }
    });
    program.messages.first().then(
      ({ port }) => {
        server.transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" });
      },
      // The process exited before it listened.
      () => {},
    );
  }

  async function end(index: number, signal: NodeJS.Signals): Promise<void> {
    const { program } = servers.get(index) as Server;
    servers.delete(index);
    program.signal("SIGCONT");
    program.signal(signal);
    await program.exited;
  }

  for (let index = 0; index < size; index++) {
    start(index);
  }
  return {
    size,
    problems,
    transport(index) {
      const server = servers.get(index);
      return server && server.pausedUntil < Date.now() ? server.transport : undefined;
    },
    async replace(index, signal) {
      await end(index, signal);
      start(index);
    },
    pause(index, ms) {
      const server = servers.get(index) as Server;
      server.pausedUntil = Date.now() + ms;
      server.program.signal("SIGSTOP");
      setTimeout(() => server.program.signal("SIGCONT"), ms);
    },
    async close() {
      await Promise.all([...servers.keys()].map((index) => end(index, "SIGTERM")));
    },
  };
}
