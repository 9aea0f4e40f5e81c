import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { never } from "../../test/operation-stores.ts";
import { keepListening } from "./pg-listener.ts";

/** A connection that responds unless it is silent. */
class FakeClient extends EventEmitter {
  silent = false;
  released = false;

  async query(): Promise<void> {
    await (this.silent ? new Promise(() => {}) : undefined);
  }

  release(): void {
    this.released = true;
  }
}

/** Listens on connections that a test can break. */
function listening(options: { readonly heartbeatMs: number; readonly fail?: boolean }): {
  readonly clients: FakeClient[];
  readonly heard: string[];
  readonly first: Promise<void>;
  readonly ended: Promise<void>;
  connected(count: number): Promise<void>;
  stop(): void;
} {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const clients: FakeClient[] = [];
  const heard: string[] = [];
  const connect = async (): Promise<PoolClient> => {
    const client = new FakeClient();
    clients.push(client);
    if (options.fail) {
      throw new Error("no database");
    }
    return client as unknown as PoolClient;
  };
  const { first, ended } = keepListening(
    connect,
    {
      channel: "channel",
      onPayload: (payload) => heard.push(payload),
      onConnect: () => heard.push("connected"),
      heartbeatMs: options.heartbeatMs,
    },
    stop.signal,
  );
  return {
    ...{ clients, heard, first, ended, stop: () => stop.abort() },
    connected: (count) =>
      expect.poll(() => heard.filter((line) => line === "connected").length, { interval: 5 }).toBe(count),
  };
}

test.each(["error", "end"])(
  "a connection that breaks with %s is replaced, and the listener is notified",
  async (event) => {
    const { clients, heard, first, connected } = listening({ heartbeatMs: never });
    await first;
    clients[0]?.emit("notification", { payload: "one" });
    clients[0]?.emit(event, new Error("broken"));
    await connected(2);
    clients[1]?.emit("notification", { payload: "two" });
    expect(heard).toEqual(["connected", "one", "connected", "two"]);
    expect(clients.map(({ released }) => released)).toEqual([true, false]);
  },
);

test("a connection that stops responding is replaced", async () => {
  const { clients, first, connected } = listening({ heartbeatMs: 10 });
  await first;
  if (clients[0]) {
    clients[0].silent = true;
  }
  await connected(2);
  expect(clients[0]?.released).toBe(true);
});

test("a connection that responds is kept", async () => {
  const { clients, first } = listening({ heartbeatMs: 1 });
  await first;
  await sleep(50);
  expect(clients).toHaveLength(1);
});

test("a failure of the first connection is an error", async () => {
  const { first } = listening({ heartbeatMs: never, fail: true });
  await expect(first).rejects.toThrow("no database");
});

test("closing the listener releases the connection and opens no other", async () => {
  const { clients, first, ended, stop } = listening({ heartbeatMs: never });
  await first;
  stop();
  await ended;
  expect(clients.map(({ released }) => released)).toEqual([true]);
});
