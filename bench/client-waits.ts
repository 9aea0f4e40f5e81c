import { Agent } from "node:http";
import type { ConnectRouter, Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { systemClock } from "../src/client/clock.ts";
import { serveLossy } from "../test/lost-connections.ts";
import { createLibraryServiceClient, LibraryServiceLro } from "../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../testdata/gen/acme/library/v1/library_pb.ts";
import { median, quantile } from "./quantile.ts";

/** The cost of many concurrent waits. Times are in milliseconds. */
export interface Waits {
  readonly lateP50: string;
  readonly lateP99: string;
  /** The number of polls for each operation. */
  readonly calls: string;
  /** The median latency of an ordinary call during the waits, and without them. */
  readonly ordinary: string;
  readonly without: string;
}

/** How a client reaches the server. */
interface Connection {
  readonly httpVersion: "1.1" | "2";
  readonly maxLongPolls: number;
  readonly create: (baseUrl: string) => Transport;
}

export const connections: Readonly<Record<string, Connection>> = {
  "one HTTP/2 connection": {
    httpVersion: "2",
    maxLongPolls: 50,
    create: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" }),
  },
  "six HTTP/1.1 connections, as in a browser": {
    httpVersion: "1.1",
    maxLongPolls: 4,
    create: (baseUrl) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 6 });
      return createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions: { agent } });
    },
  },
};

/** Waits concurrently for operations of 2 to 6 seconds while it makes ordinary calls. */
export async function measureWaits({ httpVersion, maxLongPolls, create }: Connection, count: number): Promise<Waits> {
  const operations = createInMemoryOperations({ clock: systemClock });
  const doneAt = new Map<string, number>();
  const routes = (router: ConnectRouter): void => {
    operations.routes(router).service(LibraryService, {
      createBook() {
        const takesMs = 2_000 + 4_000 * Math.random();
        const operation = operations.start(LibraryServiceLro.methods.createBook, { takesMs });
        doneAt.set(operation.name, performance.now() + takesMs);
        return operation;
      },
      getBook: ({ name }) => ({ name }),
    });
  };
  const server = await serveLossy(httpVersion, routes, () => undefined);
  const library = createLibraryServiceClient(create(server.url), { maxLongPolls });

  /** Makes ordinary calls, one after the other, and returns the median of their latencies. */
  async function ordinaryMs(isOver: () => boolean): Promise<number> {
    const times: number[] = [];
    while (!isOver()) {
      const from = performance.now();
      await library.getBook({ name: "publishers/1/books/1" });
      times.push(performance.now() - from);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return median(times);
  }

  const over = performance.now() + 2_000;
  await ordinaryMs(() => performance.now() > over - 1_000);
  const without = await ordinaryMs(() => performance.now() > over);
  const started = await Promise.all(Array.from({ length: count }, () => library.createBook({})));
  let waiting = count;
  const late = started.map(async (operation) => {
    await operation.wait();
    waiting--;
    return performance.now() - (doneAt.get(operation.name) ?? Number.NaN);
  });
  const ordinary = await ordinaryMs(() => waiting === 0);
  const lateMs = await Promise.all(late);
  await server.close();
  return {
    lateP50: quantile(lateMs, 0.5).toFixed(0),
    lateP99: quantile(lateMs, 0.99).toFixed(0),
    calls: (operations.calls.length / count).toFixed(1),
    ordinary: ordinary.toFixed(2),
    without: without.toFixed(2),
  };
}
