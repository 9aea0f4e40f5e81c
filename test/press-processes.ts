/*
 * Starts processes of `press-process.ts` and communicates with them.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach } from "vitest";
import { createPressServiceClient, type PressServiceClient } from "../testdata/gen/acme/press/v1/press_lro.ts";
import { Operations } from "../testdata/gen/google/longrunning/operations_pb.ts";
import { emptyDataDir } from "./empty-pglite.ts";
import type { TestEngine } from "./lro-servers.ts";
import type { ProcessEvent, ProcessOptions } from "./press-process.ts";
import { root } from "./repository.ts";
import { testPrograms } from "./test-programs.ts";

export interface PressProcess {
  readonly port: number;
  /** The time on its clock when it was ready, in milliseconds. */
  readonly clock: number;
  readonly press: PressServiceClient;
  readonly operations: Client<typeof Operations>;
  /** All messages so far. */
  readonly events: readonly ProcessEvent[];
  /** Returns the first past or future message of this kind, and with this title if one is given. */
  saw(kind: ProcessEvent["kind"], title?: string): Promise<ProcessEvent>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit code when the process exits. */
  readonly exited: Promise<number | null>;
}

/** Starts processes that share the data of a test. They are killed after the test. */
export function pressProcesses(engine: TestEngine): {
  /** Starts a process. With PGlite, the previous process must have exited. */
  start(
    options?: Omit<ProcessOptions, "engine">,
    env?: NodeJS.ProcessEnv,
    /** Another checkout of the repository, whose code the process runs. */
    checkout?: string,
  ): Promise<PressProcess>;
  /** Creates a directory that is removed after the test. */
  directory(): string;
  /** Returns the title of a book that blocks its process until you call `end`. */
  stall(): { readonly title: string; end(): void };
} {
  const startProgram = testPrograms();
  const directories: string[] = [];
  let dataDir = "";

  beforeEach(async () => {
    if (engine.kind === "PGlite") {
      dataDir = join(directory(), "data");
      await emptyDataDir(dataDir);
    }
  });
  afterEach(() => {
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
    stall() {
      const path = join(directory(), "end");
      return { title: `stall ${path}`, end: () => writeFileSync(path, "") };
    },
    async start(options = {}, env = {}, checkout = root) {
      const all: ProcessOptions = { engine: engine.kind === "PostgreSQL" ? engine.address() : { dataDir }, ...options };
      const { messages, exited, signal } = startProgram<ProcessEvent>("test/press-process.ts", {
        args: [JSON.stringify(all)],
        env,
        cwd: checkout,
      });
      const first = await messages.first(({ kind }) => kind === "ready" || kind === "failed");
      if (first.kind !== "ready") {
        throw new Error(first.kind === "failed" ? first.message : first.kind);
      }
      const transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${first.port}`, httpVersion: "1.1" });
      return {
        port: first.port,
        clock: first.clock,
        press: createPressServiceClient(transport),
        operations: createClient(Operations, transport),
        events: messages.entries,
        saw: (kind, title) =>
          messages.first(
            (event) => event.kind === kind && (title === undefined || ("title" in event && event.title === title)),
          ),
        signal,
        exited: exited.then(({ exitCode }) => exitCode),
      };
    },
  };
}
