/*
 * A server of the fleet: it serves clients, and runs operations. The title of a book says how long it takes to print, in
 * milliseconds. One that `fails` does so then. One that `stalls` blocks its whole process on the first attempt, until
 * others have taken the operation, and ends it at once when that is over, as if nothing had been.
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
      // Grows from attempt to attempt, so that clients can tell what is older.
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

/** Opens the server as soon as there is a database. */
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
        // An attempt that a killed worker has burnt is not what this is about.
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
// When chaos itself was ended.
process.on("disconnect", () => process.exit());
