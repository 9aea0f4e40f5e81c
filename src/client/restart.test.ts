import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter, createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { createInMemoryOperations, type InMemoryOperations } from "protoc-gen-ts-lro/testing";
import { expect, test } from "vitest";
import { createLibraryServiceClient, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { systemClock } from "./clock.ts";

/** Serves the operations at a port, until the returned function is called, which cuts all connections. */
async function serve(operations: InMemoryOperations, port: number): Promise<{ port: number; stop(): Promise<void> }> {
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer(
    connectNodeAdapter({
      routes: (router) => {
        operations.routes(router).service(LibraryService, {
          createBook: ({ book }) =>
            operations.start(LibraryServiceLro.methods.createBook, { takesMs: 1_000, response: book ?? {} }),
        });
      },
    }),
  );
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const session of sessions) {
        session.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test.each([
  ["Connect", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  ["gRPC", (baseUrl: string) => createGrpcTransport({ baseUrl })],
])("a wait outlives a restart of the server, over %s", async (_, createTransport) => {
  for (const waitOperation of [true, false]) {
    const operations = createInMemoryOperations({ clock: systemClock, waitOperation });
    const first = await serve(operations, 0);
    const library = createLibraryServiceClient(createTransport(`http://127.0.0.1:${first.port}`));
    const waiting = (await library.createBook({ book: { title: "Emma" } })).wait();
    while (operations.calls.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await first.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = await serve(operations, first.port);
    expect((await waiting).title).toBe("Emma");
    await second.stop();
  }
});
