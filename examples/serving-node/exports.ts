/*
 * Exports that survive a crash of the server. They are stored in a directory, or in PostgreSQL if DATABASE_URL is set.
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
      // Only one export of a table runs at a time; further exports are queued.
      exclusive: { key: ({ sourceTable }) => sourceTable, onBusy: "queue" },
      validate({ sourceTable }) {
        if (!rowsOf.has(sourceTable)) {
          throw new ConnectError(`table ${sourceTable} not found`, Code.NotFound);
        }
      },
      async run({ sourceTable, destinationUri }, operation) {
        const rows = rowsOf.get(sourceTable) ?? 0n;
        // After a crash, continue from the progress of the previous attempt.
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

/** On SIGTERM, which deployments send before they stop a process, hands the running operations to another process. */
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
