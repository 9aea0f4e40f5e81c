import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

/** An HTTP/2 server on the loopback interface. */
export interface Http2Server {
  readonly port: number;
  readonly url: string;
  /** Closes all connections and stops the server. */
  stop(): Promise<void>;
}

/** @param port Default: a free port. */
export async function serveHttp2(routes: (router: ConnectRouter) => unknown, port = 0): Promise<Http2Server> {
  const server = createServer(connectNodeAdapter({ routes: (router) => void routes(router) }));
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      for (const session of sessions) {
        session.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
