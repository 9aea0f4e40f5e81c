/*
 * The other process of `bench/server.ts`: waits for an operation, and says when it knew of the end; or cancels one, and
 * says when it did.
 */
import { createClient, createRouterTransport, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Operations } from "protoc-gen-ts-lro/longrunning";
import { createLroServer } from "protoc-gen-ts-lro/server";
import { postgres } from "protoc-gen-ts-lro/server/postgres";

/** A server of its own where it can reach the database, else a client of the one server. */
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
