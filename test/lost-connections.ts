/*
 * Servers that lose connections, and all transports to reach them.
 */
import { createServer as createHttp1Server, type RequestListener } from "node:http";
import { createServer as createHttp2Server, type Http2ServerResponse } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { ConnectRouter, Transport } from "@connectrpc/connect";
import * as node from "@connectrpc/connect-node";
import * as web from "@connectrpc/connect-web";

/** Ends a request without the server's response. */
export type Fault = (response: Http2ServerResponse, socket: Socket) => void;

const html = (status: number): Fault => {
  return (response) => {
    response.writeHead(status, { "content-type": "text/html" });
    response.end("<html><h1>Bad gateway</h1></html>");
  };
};

const resetStream = (code: number): Fault => {
  return (response) => response.stream.close(code);
};

/** Faults of connections over any version of HTTP. */
export const faults: Readonly<Record<string, Fault>> = {
  "the connection is reset": (_, socket) => void socket.resetAndDestroy(),
  "the connection is closed": (_, socket) => void socket.destroy(),
  "the connection is closed in the middle of a response": (response, socket) => {
    response.writeHead(200, { "content-type": String(response.req.headers["content-type"]) });
    response.write(Buffer.from([0]));
    setTimeout(() => socket.destroy(), 20);
  },
  "a proxy answers 502 with HTML": html(502),
  "a proxy answers 503 with HTML": html(503),
  "a proxy answers 504 with HTML": html(504),
};

/** Faults of connections over HTTP/2 only. */
export const http2Faults: Readonly<Record<string, Fault>> = {
  "the server resets the stream with CANCEL": resetStream(8),
  "the server resets the stream with INTERNAL_ERROR": resetStream(2),
  "the server resets the stream with REFUSED_STREAM": resetStream(7),
  "the server sends GOAWAY and closes the connection": (response) => {
    response.stream.session?.goaway(0);
    setTimeout(() => response.stream.session?.destroy(), 20);
  },
  "a stream ends without a status": (response) => {
    response.writeHead(200, { "content-type": String(response.req.headers["content-type"]) });
    response.end();
  },
};

interface ReachableBy {
  readonly httpVersion: "1.1" | "2";
  readonly create: (baseUrl: string) => Transport;
}

const binary = { useBinaryFormat: true };

/** Every transport of connect-node and connect-web. */
export const transports: Readonly<Record<string, ReachableBy>> = {
  "connect-node, Connect over HTTP/1.1": {
    httpVersion: "1.1",
    create: (baseUrl) => node.createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  },
  "connect-node, Connect over HTTP/2": {
    httpVersion: "2",
    create: (baseUrl) => node.createConnectTransport({ baseUrl, httpVersion: "2" }),
  },
  "connect-node, gRPC": { httpVersion: "2", create: (baseUrl) => node.createGrpcTransport({ baseUrl }) },
  "connect-node, gRPC-web over HTTP/1.1": {
    httpVersion: "1.1",
    create: (baseUrl) => node.createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  },
  "connect-node, gRPC-web over HTTP/2": {
    httpVersion: "2",
    create: (baseUrl) => node.createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  },
  "connect-web, Connect": {
    httpVersion: "1.1",
    create: (baseUrl) => web.createConnectTransport({ baseUrl, ...binary }),
  },
  "connect-web, gRPC-web": {
    httpVersion: "1.1",
    create: (baseUrl) => web.createGrpcWebTransport({ baseUrl, ...binary }),
  },
};

/** A server on the loopback interface that loses selected requests and responses. */
export interface LossyServer {
  readonly url: string;
  /** The methods that were called, such as "GetOperation", lost ones included. */
  readonly calls: string[];
  close(): Promise<void>;
}

/** @param faultOf Returns the fault of a call, by its method and the number of earlier calls of that method. */
export async function serveLossy(
  httpVersion: "1.1" | "2",
  routes: (router: ConnectRouter) => unknown,
  faultOf: (method: string, earlier: number) => Fault | undefined,
): Promise<LossyServer> {
  const adapter = node.connectNodeAdapter({ routes: (router) => void routes(router) }) as RequestListener;
  const calls: string[] = [];
  const sockets = new Set<Socket>();
  const listener: RequestListener = (request, response) => {
    const method = request.url?.split("/").pop() ?? "";
    const fault = faultOf(method, calls.filter((call) => call === method).length);
    calls.push(method);
    if (!fault) {
      return adapter(request, response);
    }
    const { socket } = request;
    // Over HTTP/2, the socket of a request is a proxy that cannot be closed, unlike that of its session.
    const raw = [...sockets].find(({ remotePort }) => remotePort === socket.remotePort);
    request.resume().on("end", () => fault(response as unknown as Http2ServerResponse, raw as Socket));
  };
  const server = httpVersion === "2" ? createHttp2Server(listener as never) : createHttp1Server(listener);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
