/*
 * Starts processes of `press-process.ts`, and talks to them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createPressServiceClient, type PressServiceClient } from "../testdata/gen/acme/press/v1/press_lro.ts";
import { Operations } from "../testdata/gen/google/longrunning/operations_pb.ts";
import { bundledProgram } from "./bundled-program.ts";
import type { TestEngine } from "./lro-servers.ts";
import type { ProcessEvent, ProcessOptions } from "./press-process.ts";

export interface PressProcess {
  readonly port: number;
  /** What its clock said when it was ready, in milliseconds. */
  readonly clock: number;
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

/** Starts processes over the data of a test, which end with it. */
export function pressProcesses(engine: TestEngine): {
  /** On PGlite, one that came before must have ended. */
  start(options?: Omit<ProcessOptions, "engine">, env?: NodeJS.ProcessEnv): Promise<PressProcess>;
  /** A directory that is removed after the test. */
  directory(): string;
} {
  const children: ChildProcess[] = [];
  const program = bundledProgram("test/press-process.ts");
  const directory = testDirectories();
  const dataDir = engine.kind === "PGlite" ? emptyDatabases(directory) : () => "";

  afterEach(() => Promise.all(children.splice(0).map(kill)));

  return {
    directory,
    start(options = {}, env = {}) {
      const address = engine.kind === "PostgreSQL" ? engine.address() : { dataDir: dataDir() };
      const all: ProcessOptions = { engine: address, ...options };
      const child = fork(program(), [JSON.stringify(all)], {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        env: { ...process.env, ...env },
      });
      children.push(child);
      return listenTo(child);
    },
  };
}

/** Makes directories that are removed after the test. */
function testDirectories(): () => string {
  const directories: string[] = [];
  afterEach(() => {
    for (const directory of directories.splice(0)) {
      rmSync(directory, { recursive: true, force: true });
    }
  });
  return () => {
    const directory = mkdtempSync(join(tmpdir(), "lro-press-"));
    directories.push(directory);
    return directory;
  };
}

/** Makes the data directory of an empty PGlite for each test. */
function emptyDatabases(directory: () => string): () => string {
  let template = "";
  let dataDir = "";
  beforeAll(async () => {
    template = mkdtempSync(join(tmpdir(), "lro-empty-"));
    await (await PGlite.create(template)).close();
  });
  afterAll(() => rmSync(template, { recursive: true }));
  beforeEach(() => {
    // To copy one is faster than to make one.
    dataDir = join(directory(), "data");
    cpSync(template, dataDir, { recursive: true });
  });
  return () => dataDir;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
}

async function listenTo(child: ChildProcess): Promise<PressProcess> {
  const { events, saw } = collectEvents(child);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
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
    clock: first.clock,
    press: createPressServiceClient(transport),
    operations: createClient(Operations, transport),
    events,
    saw,
    signal: (signal) => child.kill(signal),
    exited,
  };
}

function collectEvents(child: ChildProcess): Pick<PressProcess, "events" | "saw"> {
  const events: ProcessEvent[] = [];
  const listeners = new Set<() => void>();
  child.on("message", (event: ProcessEvent) => {
    events.push(event);
    for (const listener of listeners) {
      listener();
    }
  });
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
  return { events, saw };
}
