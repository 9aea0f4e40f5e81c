import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { quantile } from "./quantile.ts";
import { serve } from "./served-press.ts";
import type { BenchDatabase } from "./server-databases.ts";

/** Measures the delays until an operation runs, until another process receives its outcome, and until a cancel reaches it. */
export async function latency(database: BenchDatabase): Promise<Record<string, string>> {
  const toHandler: number[] = [];
  const toWaiter: number[] = [];
  const toSignal: number[] = [];
  let began = (_signal: AbortSignal): void => {};
  let end = (): void => {};
  const served = await serve(database.engine("latency"), async ({ signal }) => {
    began(signal);
    await new Promise<void>((resolve) => {
      end = resolve;
      signal.addEventListener("abort", () => resolve());
    });
  });
  const http = createServer(connectNodeAdapter({ routes: served.lro.routes }));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const baseUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const other = fork("bench/server-other.ts", [database.connectionString ?? "", "latency", baseUrl]);
  await message(other, "ready");

  /** Starts an operation and waits until its handler runs. */
  async function start(): Promise<{ name: string; signal: AbortSignal }> {
    const running = new Promise<AbortSignal>((resolve) => {
      began = (signal) => {
        toHandler.push(performance.now() - from);
        resolve(signal);
      };
    });
    const from = performance.now();
    const { name } = await served.press.printBook({});
    return { name, signal: await running };
  }

  for (let i = 0; i < 220; i++) {
    const { name } = await start();
    const waiting = message(other, "waiting");
    other.send({ wait: name });
    await waiting;
    // Wait until the WaitOperation call has reached the server.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const done = message(other, "done");
    const ended = process.hrtime.bigint();
    end();
    toWaiter.push(Number(BigInt((await done).done ?? "") - ended) / 1e6);
  }
  for (let i = 0; i < 220; i++) {
    const { name, signal } = await start();
    const aborted = once(signal, "abort").then(() => process.hrtime.bigint());
    const cancelling = message(other, "cancelling");
    other.send({ cancel: name });
    const from = BigInt((await cancelling).cancelling ?? "");
    toSignal.push(Number((await aborted) - from) / 1e6);
  }
  other.kill();
  http.closeAllConnections();
  http.close();
  await served.close();
  return {
    "start call to handler, p50 / p95": spread(toHandler),
    "completion to a client of another process, p50 / p95": spread(toWaiter),
    "cancel in another process to signal, p50 / p95": spread(toSignal),
  };
}

async function message(child: ChildProcess, kind: string): Promise<Record<string, string>> {
  for (;;) {
    const [received] = await once(child, "message");
    if (kind in received) {
      return received;
    }
  }
}

/** Skips the first measurements, which include warm-up. */
function spread(ms: readonly number[]): string {
  const warm = ms.slice(20);
  return `${quantile(warm, 0.5).toFixed(2)} / ${quantile(warm, 0.95).toFixed(2)} ms`;
}
