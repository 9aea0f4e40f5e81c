/*
 * A server in its own process, which tests start, stop and kill. The title of a book specifies what its handler does:
 *
 * - `hang`: on the first attempt, runs until it is interrupted.
 * - `exit`: exits the process.
 * - `stall PATH`: on the first attempt, blocks the event loop until the file exists, then continues normally.
 * - `stubborn`: on the first attempt, never stops, even if it is interrupted.
 *
 * With any other title, it returns immediately.
 */
import { appendFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Message } from "@bufbuild/protobuf";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { pglite } from "../src/engine/pglite.ts";
import { postgres } from "../src/engine/postgres.ts";
import {
  createLroServer,
  type Engine,
  type LroExclusiveOptions,
  type OperationInterruption,
} from "../src/server/index.ts";
import { registerPressService } from "../testdata/gen/acme/press/v1/press_lro.ts";

/** How to start the process. */
export interface ProcessOptions {
  readonly engine: { readonly connectionString: string; readonly schema: string } | { readonly dataDir: string };
  readonly onBusy?: LroExclusiveOptions<Message>["onBusy"];
  readonly maxCrashes?: number;
  /** How long an operation is kept once it is done. */
  readonly expireAfterMs?: number | undefined;
  readonly work?: boolean;
  /** Maximum number of operations that it runs concurrently. */
  readonly concurrency?: number;
  /** A file to which it appends a line at the beginning and end of each attempt. */
  readonly journal?: string;
}

/** A message from the process. */
export type ProcessEvent =
  | { readonly kind: "ready"; readonly port: number; readonly clock: number }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "began" | "stalled" | "ended"; readonly title: string; readonly attempt: number }
  | { readonly kind: "interrupted" | "refused"; readonly title: string; readonly reason: string };

const options: ProcessOptions = JSON.parse(process.argv[2] ?? "{}");
const send = (event: ProcessEvent): void => {
  process.send?.(event);
};

function note(line: string): void {
  if (options.journal) {
    appendFileSync(options.journal, `${line}\n`);
  }
}

function blockUntilFile(path: string): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(path)) {
    Atomics.wait(nothing, 0, 0, 10);
  }
}

async function main(): Promise<void> {
  const { onBusy = "queue", maxCrashes = 5, expireAfterMs, work = true, concurrency = 20 } = options;
  const engine: Engine = "dataDir" in options.engine ? pglite(options.engine) : postgres(options.engine);
  const defaults = { maxCrashes, expireAfterMs };
  const lro = await createLroServer({ engine, leaseMs: 10_000, defaults, concurrency, log: () => {} });
  registerPressService(lro, {
    printBook: {
      exclusive: { key: ({ press }) => press || undefined, onBusy },
      async run({ title, press }, operation) {
        const { attempt, signal } = operation;
        signal.addEventListener("abort", () => {
          const { reason } = signal.reason as OperationInterruption;
          send({ kind: "interrupted", title, reason });
        });
        note(`begin ${press} ${title}`);
        send({ kind: "began", title, attempt });
        const [what, path = ""] = title.split(" ");
        if (what === "exit") {
          process.exit(1);
        }
        if (attempt === 1 && what === "hang") {
          await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        }
        if (attempt === 1 && what === "stubborn") {
          await new Promise(() => {});
        }
        if (attempt === 1 && what === "stall") {
          blockUntilFile(path);
          send({ kind: "stalled", title, attempt });
          try {
            await operation.update({ progressPercent: 99 });
          } catch (error) {
            send({ kind: "refused", title, reason: (error as OperationInterruption).reason });
          }
        }
        note(`end ${press} ${title}`);
        send({ kind: "ended", title, attempt });
        return { title: `${title}, attempt ${attempt}` };
      },
    },
    movePress: ({ destination }) => ({ location: destination }),
  });
  const server = createServer(connectNodeAdapter({ routes: lro.routes }));
  await lro.start({ work });
  server.listen(0, "127.0.0.1", () => {
    send({ kind: "ready", port: (server.address() as AddressInfo).port, clock: Date.now() });
  });
  process.on("SIGTERM", async () => {
    await lro.drain({ timeoutMs: 2_000 });
    await lro.close();
    process.exit(0);
  });
}

// The test process exited.
process.on("disconnect", () => process.exit());

main().catch((error: Error) => {
  send({ kind: "failed", message: error.message });
  process.exit(1);
});
