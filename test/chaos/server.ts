/*
 * A server of the fleet, which serves clients and runs operations. The title of a book specifies how long printing
 * takes, in milliseconds. If the title also has `fails`, the operation then fails. If it has `stalls`, the first
 * attempt blocks the whole process until other servers have claimed the operation, then completes it immediately.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { createLroServer, type LroServer, type RunningOperation } from "protoc-gen-ts-lro/server";
import { pglite } from "protoc-gen-ts-lro/server/pglite";
import { postgres } from "protoc-gen-ts-lro/server/postgres";
import { registerPressService } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import type {
  PrintBookMetadata,
  PrintBookRequest,
  PrintBookResponse,
} from "../../testdata/gen/acme/press/v1/press_pb.ts";
import { leaseMs, pastLeaseMs } from "./lease.ts";

const [, , engine, location = ""] = process.argv;

async function printBook(
  { title }: PrintBookRequest,
  operation: RunningOperation<PrintBookResponse, PrintBookMetadata>,
): Promise<PrintBookResponse> {
  const { name, attempt, signal } = operation;
  const began = Date.now();
  const [ms, how] = title.split(" ");
  if (how === "stalls" && attempt === 1) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pastLeaseMs);
  } else {
    for (let part = 1; part <= 3; part++) {
      await sleep(Number(ms) / 3, undefined, { signal });
      // Increases with each attempt, so that clients can detect older states.
      await operation.update({ progressPercent: attempt * 100 + part * 33 });
    }
  }
  if (how === "fails") {
    throw new ConnectError("as the title says", Code.FailedPrecondition);
  }
  return await operation.commit(async (tx) => {
    await tx.query("INSERT INTO chaos.commits (name, attempt, began) VALUES ($1, $2, $3)", [name, attempt, began]);
    return { title: `attempt ${attempt}` };
  });
}

/** Opens the server as soon as the database is available. */
async function opened(): Promise<LroServer> {
  const schema = "chaos_lro";
  for (;;) {
    try {
      return await createLroServer({
        engine:
          engine === "pglite"
            ? pglite({ dataDir: location, schema })
            : postgres({ connectionString: location, schema }),
        leaseMs,
        // A high limit, so that injected kills never exhaust it.
        defaults: { maxCrashes: 100 },
        log: () => {},
      });
    } catch (error) {
      if (ConnectError.from(error).code !== Code.Unavailable) {
        throw error;
      }
      await sleep(500);
    }
  }
}

const lro = await opened();
registerPressService(lro, {
  printBook: { exclusive: { key: ({ press }) => press || undefined, onBusy: "queue" }, run: printBook },
});
const server = createServer(connectNodeAdapter({ routes: lro.routes }));
await lro.start();
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on("SIGTERM", async () => {
  await lro.drain({ timeoutMs: 1_000 });
  server.closeAllConnections();
  await lro.close();
  process.exit();
});
// The process that injects faults exited.
process.on("disconnect", () => process.exit());
