// Waits for 10,000 operations concurrently and prints memory per wait, timers and warnings. Run with --expose-gc.
import { create } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { createLibraryServiceClient } from "../testdata/gen/acme/library/v1/library_lro.ts";
import { OperationSchema } from "../testdata/gen/google/longrunning/operations_pb.ts";
import { succeeded } from "./scripted-server.ts";

const count = 10_000;
const warnings: string[] = [];
process.on("warning", ({ message }) => warnings.push(message));

// A server without WaitOperation, whose operations are done when `done` is set. The transport is minimal, so that the
// measurement covers only the client.
let done = false;
let started = 0;
const transport = {
  async unary(
    method: { name: string },
    _signal: unknown,
    _timeout: unknown,
    _header: unknown,
    request: { name?: string },
  ) {
    const name = method.name === "CreateBook" ? `operations/${++started}` : request.name;
    const message = create(OperationSchema, done ? { ...succeeded(), name: name ?? "" } : { name: name ?? "" });
    return { stream: false, method, header: new Headers(), trailer: new Headers(), message };
  },
} as unknown as Transport;

const library = createLibraryServiceClient(transport, { polling: { longPollMs: 0, initialDelayMs: 1_000, jitter: 1 } });
const abort = new AbortController();

function memory(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

await (await library.createBook({})).poll();
const before = memory();
const waits: Promise<unknown>[] = [];
for (let i = 0; i < count; i++) {
  const operation = await library.createBook({});
  waits.push(operation.wait({ signal: abort.signal, timeoutMs: 3_600_000 }));
}
await sleep(100);
const bytesEach = Math.round((memory() - before) / count);
done = true;
await Promise.all(waits);
await sleep(0);
const timers = process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
console.log(JSON.stringify({ count, bytesEach, timers, warnings }));
