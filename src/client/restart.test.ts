import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { createInMemoryOperations, type InMemoryOperations } from "protoc-gen-ts-lro/testing";
import { expect, test } from "vitest";
import { type Http2Server, serveHttp2 } from "../../test/http2-server.ts";
import { createLibraryServiceClient, LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { systemClock } from "./clock.ts";

/** Serves the operations on the given port. Default: a free port. */
function serve(operations: InMemoryOperations, port?: number): Promise<Http2Server> {
  return serveHttp2((router) => {
    operations.routes(router).service(LibraryService, {
      createBook: ({ book }) =>
        operations.start(LibraryServiceLro.methods.createBook, { takesMs: 1_000, response: book ?? {} }),
    });
  }, port);
}

test.each([
  ["Connect", (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  ["gRPC", (baseUrl: string) => createGrpcTransport({ baseUrl })],
])("a wait continues after a restart of the server, over %s", async (_, createTransport) => {
  for (const waitOperation of [true, false]) {
    const operations = createInMemoryOperations({ clock: systemClock, waitOperation });
    const first = await serve(operations);
    const library = createLibraryServiceClient(createTransport(first.url));
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
