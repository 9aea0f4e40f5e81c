/*
 * The second process of `bench/server.ts`. It waits for an operation and reports when it received the outcome, or cancels
 * an operation and reports when it did.
 */
import { createClient, createRouterTransport, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Operations } from "protoc-gen-ts-lro/longrunning";
import { createLroServer } from "protoc-gen-ts-lro/server";
import { postgres } from "protoc-gen-ts-lro/server/postgres";

/** Connects to a server in this process if it can reach the database, otherwise to the first process's server. */
async function open(connectionString: string, schema: string, baseUrl: string): Promise<Transport> {
  if (connectionString === "") {
    return createConnectTransport({ baseUrl, httpVersion: "1.1" });
  }
  const lro = await createLroServer({ engine: postgres({ connectionString, schema }) });
  return createRouterTransport(lro.routes);
}

const [, , connectionString = "", schema = "", baseUrl = ""] = process.argv;
const operations = createClient(Operations, await open(connectionString, schema, baseUrl));
process.on("message", async ({ wait, cancel }: { wait?: string; cancel?: string }) => {
  if (wait !== undefined) {
    const waiting = operations.waitOperation({ name: wait });
    process.send?.({ waiting: true });
    await waiting;
    process.send?.({ done: String(process.hrtime.bigint()) });
  }
  if (cancel !== undefined) {
    process.send?.({ cancelling: String(process.hrtime.bigint()) });
    await operations.cancelOperation({ name: cancel });
  }
});
process.send?.({ ready: true });
