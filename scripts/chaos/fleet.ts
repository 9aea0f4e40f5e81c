import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { ChaosDatabase } from "./database.ts";

/** The servers that share a database, each a process. */
export interface Fleet {
  readonly size: number;
  /** What was seen that must not be. */
  readonly problems: readonly string[];
  /** The way to a server, where it is up and not paused: where a load balancer would call it. */
  transport(index: number): Transport | undefined;
  /** Ends a server with a signal, and starts another in its place. */
  replace(index: number, signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Stops a process, as when its machine sleeps, and lets it go on later. */
  pause(index: number, ms: number): void;
  close(): Promise<void>;
}

interface Server {
  readonly process: ChildProcess;
  /** Undefined until it listens. */
  transport?: Transport;
  pausedUntil: number;
}

const program = fileURLToPath(new URL("server.ts", import.meta.url));

export function startFleet({ engine, location, servers: size }: ChaosDatabase): Fleet {
  const problems: string[] = [];
  const servers = new Map<number, Server>();
  process.on("exit", () => {
    for (const { process } of servers.values()) {
      process.kill("SIGKILL");
    }
  });

  function start(index: number): void {
    const server: Server = { process: fork(program, [engine, location]), pausedUntil: 0 };
    servers.set(index, server);
    server.process.once("exit", (code, signal) => {
      if (servers.get(index) === server) {
        problems.push(`a server ended by itself, with ${code ?? signal}`);
        start(index);
      }
    });
    server.process.once("message", ({ port }: { port: number }) => {
      server.transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" });
    });
  }

  async function end(index: number, signal: NodeJS.Signals): Promise<void> {
    const process = servers.get(index)?.process as ChildProcess;
    servers.delete(index);
    const exited = once(process, "exit");
    process.kill("SIGCONT");
    process.kill(signal);
    await exited;
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
      server.process.kill("SIGSTOP");
      setTimeout(() => server.process.kill("SIGCONT"), ms);
    },
    async close() {
      await Promise.all([...servers.keys()].map((index) => end(index, "SIGTERM")));
    },
  };
}
