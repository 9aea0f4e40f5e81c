/*
 * The other process of `bench/server.ts`: waits for the operations that it is told of, and says when it knew of the end.
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
  return createRouterTransport((router) => {
    lro.registerOperations(router);
  });
}

const [, , connectionString = "", schema = "", baseUrl = ""] = process.argv;
const operations = createClient(Operations, await open(connectionString, schema, baseUrl));
process.on("message", async (name: string) => {
  const waiting = operations.waitOperation({ name });
  process.send?.({ waiting: name });
  await waiting;
  process.send?.({ done: name, at: String(process.hrtime.bigint()) });
});
process.send?.({ ready: true });
