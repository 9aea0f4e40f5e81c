/*
 * Exports that survive a crash of the server: kept in a directory on a laptop, in PostgreSQL where DATABASE_URL says so.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { createLroServer, type Engine, type LroServer } from "protoc-gen-ts-lro/server";
import { registerBigDataExporter } from "../gen/acme/export/v1/export_lro.js";

const { DATABASE_URL, DATA_DIR = ".lro" } = process.env;
const rowsOf = new Map([["projects/acme/tables/books", 12_000n]]);

/** Opens the server of long-running operations, with the handlers of its services. */
export async function openExports(): Promise<LroServer> {
  const lro = await createLroServer({ engine: await openEngine(), leaseMs: 10_000 });
  registerBigDataExporter(lro, {
    startExport: {
      // One export of a table at a time. Others wait for their turn.
      exclusive: { key: ({ sourceTable }) => sourceTable, onBusy: "queue" },
      validate({ sourceTable }) {
        if (!rowsOf.has(sourceTable)) {
          throw new ConnectError(`there is no table ${sourceTable}`, Code.NotFound);
        }
      },
      async run({ sourceTable, destinationUri }, operation) {
        const rows = rowsOf.get(sourceTable) ?? 0n;
        // After a crash, it goes on where the last run has left off.
        let exported = operation.metadata?.numRowsExported ?? 0n;
        while (exported < rows) {
          await sleep(100, undefined, { signal: operation.signal });
          exported += 1_000n;
          await operation.update({
            progressPercent: Number((100n * exported) / rows),
            numRowsExported: exported,
          });
        }
        return { exportedUri: `${destinationUri}.csv`, numRowsExported: exported };
      },
    },
  });
  return lro;
}

/** What a deployment sends before it ends a process: the operations that run here go on in another one. */
export function drainOnSigterm(lro: LroServer, stopServing: () => unknown): void {
  process.once("SIGTERM", async () => {
    await lro.drain({ timeoutMs: 25_000 });
    await stopServing();
    await lro.close();
    process.exit();
  });
}

async function openEngine(): Promise<Engine> {
  if (DATABASE_URL) {
    const { postgres } = await import("protoc-gen-ts-lro/server/postgres");
    return postgres({ connectionString: DATABASE_URL });
  }
  const { pglite } = await import("protoc-gen-ts-lro/server/pglite");
  return pglite({ dataDir: DATA_DIR });
}
