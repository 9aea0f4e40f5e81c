/*
 * Starts processes of `press-process.ts`, and talks to them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { PGlite } from "@electric-sql/pglite";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll } from "vitest";
import { createPressServiceClient, type PressServiceClient } from "./gen/acme/press/v1/press_lro.js";
import { Operations } from "./gen/google/longrunning/operations_pb.js";
import type { ProcessEvent, ProcessOptions } from "./press-process.js";

export interface PressProcess {
  readonly port: number;
  readonly press: PressServiceClient;
  readonly operations: Client<typeof Operations>;
  /** All that it has said. */
  readonly events: readonly ProcessEvent[];
  /** The first event of this kind, about this book if a title is given. */
  saw(kind: ProcessEvent["kind"], title?: string): Promise<ProcessEvent>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended, with its exit code. */
  readonly exited: Promise<number | null>;
}

/** Starts processes, which end with the test. */
export function pressProcesses(): {
  start(options: ProcessOptions): Promise<PressProcess>;
  /** A directory that is removed after the test. */
  directory(): string;
  /** A new database of PGlite, in such a directory. */
  dataDir(): string;
} {
  const children: ChildProcess[] = [];
  const directories: string[] = [];
  let program = "";
  let programDirectory = "";
  let emptyDatabase = "";

  beforeAll(async () => {
    // Below the package, so that its imports find what it depends on.
    programDirectory = mkdtempSync(join("node_modules", ".press-process-"));
    program = join(programDirectory, "main.mjs");
    await build({
      entryPoints: ["testdata/press-process.ts"],
      outfile: program,
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      alias: { "protoc-gen-ts-lro/codegen": "./src/codegen.ts" },
    });
    emptyDatabase = join(programDirectory, "database");
    await (await PGlite.create(emptyDatabase)).close();
  });
  afterAll(() => rmSync(programDirectory, { recursive: true, force: true }));
  afterEach(async () => {
    await Promise.all(
      children.splice(0).map((child) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          return undefined;
        }
        const exited = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        return exited;
      }),
    );
    for (const directory of directories.splice(0)) {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  function directory(): string {
    const directory = mkdtempSync(join(tmpdir(), "lro-press-"));
    directories.push(directory);
    return directory;
  }

  return {
    directory,
    dataDir() {
      // To copy one is faster than to make one.
      const dataDir = join(directory(), "data");
      cpSync(emptyDatabase, dataDir, { recursive: true });
      return dataDir;
    },
    async start(options) {
      const child = fork(program, [JSON.stringify(options)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      children.push(child);
      const events: ProcessEvent[] = [];
      const listeners = new Set<() => void>();
      child.on("message", (event: ProcessEvent) => {
        events.push(event);
        for (const listener of listeners) {
          listener();
        }
      });
      const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));

      const saw = (kind: ProcessEvent["kind"], title?: string): Promise<ProcessEvent> =>
        new Promise((resolve) => {
          const look = (): void => {
            const found = events.find(
              (event) => event.kind === kind && (title === undefined || ("title" in event && event.title === title)),
            );
            if (found) {
              listeners.delete(look);
              resolve(found);
            }
          };
          listeners.add(look);
          look();
        });

      const first = await Promise.race([
        saw("ready"),
        saw("failed"),
        exited.then((code) => ({ kind: "failed" as const, message: `the process ended with ${code}` })),
      ]);
      if (first.kind !== "ready") {
        throw new Error(first.kind === "failed" ? first.message : first.kind);
      }
      const transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${first.port}`, httpVersion: "1.1" });
      return {
        port: first.port,
        press: createPressServiceClient(transport),
        operations: createClient(Operations, transport),
        events,
        saw,
        signal: (signal) => child.kill(signal),
        exited,
      };
    },
  };
}
