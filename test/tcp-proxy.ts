/*
 * A TCP proxy that simulates network failures.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly port: number;
  /** Connections on which a client sent this text stay open but forward no more data. Later connections work. */
  stall(text: string): void;
  /** Drops the next data that the server sends and closes its connection. Resolves when that has happened. */
  dropNextAnswer(): Promise<void>;
  /** Closes all connections and sends later ones to another port. */
  switchTo(port: number): void;
  close(): Promise<void>;
}

export async function tcpProxy(firstPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const stalls = new Set<(text: string) => void>();
  let targetPort = firstPort;
  let drop: (() => void) | undefined;

  const server = createServer((client) => {
    const upstream = connect(targetPort, "127.0.0.1");
    let sent = "";
    let stalled = false;
    stalls.add((text) => {
      stalled ||= sent.includes(text);
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    client.on("data", (data) => {
      sent = (sent + data.toString("latin1")).slice(-100_000);
      if (!stalled) {
        upstream.write(data);
      }
    });
    upstream.on("data", (data) => {
      if (drop) {
        client.destroy();
        drop();
        drop = undefined;
      } else if (!stalled) {
        client.write(data);
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    stall(text) {
      for (const stall of stalls) {
        stall(text);
      }
    },
    dropNextAnswer: () =>
      new Promise((resolve) => {
        drop = resolve;
      }),
    switchTo(port) {
      targetPort = port;
      for (const socket of sockets) {
        socket.destroy();
      }
    },
    async close() {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
