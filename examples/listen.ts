import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

/** Serves on loopback over HTTP/2, at a port that is free, and prints where. */
export function listen(routes: (router: ConnectRouter) => unknown): void {
  const server = createServer(connectNodeAdapter({ routes: (router) => void routes(router) }));
  server.listen(0, "localhost", () => console.log(`http://localhost:${(server.address() as AddressInfo).port}`));
}
