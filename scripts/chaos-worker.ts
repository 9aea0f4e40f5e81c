/*
 * A worker of `scripts/chaos.ts`. The title of a book says how long it takes to print, in milliseconds, and how it ends.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createConnectRouter } from "@connectrpc/connect";
import { createLroServer, type LroServer, type RunningOperation } from "protoc-gen-ts-lro/server";
import { postgres } from "protoc-gen-ts-lro/server/postgres";
import { readPressApi } from "../bench/press-api.ts";

const [, , connectionString = ""] = process.argv;

async function printBook(
  { title, press }: { title: string; press: string },
  operation: RunningOperation,
): Promise<unknown> {
  const began = Date.now();
  const [ms, end] = title.split(" ");
  for (let part = 1; part <= 3; part++) {
    await sleep(Number(ms) / 3, undefined, { signal: operation.signal });
    await operation.update({ progressPercent: part * 33 } as never);
  }
  if (end === "fails") {
    throw new ConnectError("as the title says", Code.FailedPrecondition);
  }
  const { name, attempt } = operation;
  return await operation.commit(async (tx) => {
    await tx.query("INSERT INTO chaos.commits (name, press, attempt, began) VALUES ($1, $2, $3, $4)", [
      ...[name, press, attempt, began],
    ]);
    return { title: `attempt ${attempt}` } as never;
  });
}

/** Opens the server as soon as there is a database. */
async function opened(open: () => Promise<LroServer>): Promise<LroServer> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (ConnectError.from(error).code !== Code.Unavailable) {
        throw error;
      }
      await sleep(500);
    }
  }
}

// An attempt that a killed worker has burnt is not what this is about.
const options = { lease: { seconds: 10 }, maxAttempts: 100, log: () => {} };
const lro = await opened(() =>
  createLroServer({ engine: postgres({ connectionString, schema: "chaos_lro" }), ...options }),
);
const handler = { key: ({ press }: { press: string }) => press || undefined, parallel: "queue", run: printBook };
lro.register(createConnectRouter(), readPressApi(), { printBook: handler } as never);
await lro.start();
process.on("SIGTERM", async () => {
  await lro.drain({ timeoutMs: 1_000 });
  await lro.close();
  process.exit();
});
