import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

/** Serves over HTTP/2 on a free port of localhost and prints the URL. */
export function listen(routes: (router: ConnectRouter) => unknown): void {
  const server = createServer(connectNodeAdapter({ routes: (router) => void routes(router) }));
  server.listen(0, "localhost", () => console.log(`http://localhost:${(server.address() as AddressInfo).port}`));
}
