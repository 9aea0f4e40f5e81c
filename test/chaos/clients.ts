import { setTimeout as sleep } from "node:timers/promises";
import { toBinary } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { OperationSchema, Operations } from "protoc-gen-ts-lro/longrunning";
import { createPressServiceClient } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import { seededRandom } from "../seeded-random.ts";
import type { Fleet } from "./fleet.ts";
import type { Call } from "./history.ts";
import { recorded } from "./recording.ts";

/** An operation that the server returned to a client. */
export interface Acknowledged {
  /** The first state that a client read in which the operation was done. */
  done?: Uint8Array;
}

export interface Clients {
  readonly counts: { starts: number; stalls: number; retries: number; cancels: number; waits: number };
  /** The operations by name. */
  readonly acknowledged: ReadonlyMap<string, Acknowledged>;
  /** Violations that clients observed. */
  readonly problems: readonly string[];
  /** All completed calls. */
  readonly calls: readonly Call[];
  /** Until the given time, starts operations, waits for most, cancels some, and reads some of them meanwhile. */
  run(endsAt: number): Promise<void>;
  /** Waits until each operation is done. */
  seeAll(): Promise<void>;
}

/** Creates twelve clients, which call random servers. Eight of them each use one key for all their operations. */
export function createClients(fleet: Fleet, seed: number): Clients {
  const calls: Call[] = [];
  const transport = recorded(balance(fleet, seededRandom(seed + 1)), calls);
  const press = createPressServiceClient(transport);
  const operations: Client<typeof Operations> = createClient(Operations, transport);
  const counts = { starts: 0, stalls: 0, retries: 0, cancels: 0, waits: 0 };
  const acknowledged = new Map<string, Acknowledged>();
  const problems: string[] = [];
  const onRetry = (): void => void counts.retries++;

  async function client(index: number, endsAt: number): Promise<void> {
    const random = seededRandom(seed + 2 + index);
    const pick = (below: number): number => Math.floor(random() * below);
    const key = index < 8 ? `presses/${index}` : "";
    for (let start = 0; Date.now() < endsAt; start++) {
      const stalls = pick(500) === 0;
      const title = stalls ? "4000 stalls" : `${pick(300)}${pick(10) === 0 ? " fails" : ""}`;
      const request = { press: key, title, requestId: `${index}-${start}` };
      counts.starts++;
      counts.stalls += Number(stalls);
      const { name } = await retried(() => press.printBook(request), onRetry);
      acknowledged.set(name, {});
      const what = pick(10);
      if (what === 0) {
        counts.cancels++;
        await retried(() => operations.cancelOperation({ name }), onRetry);
      }
      if (what < 7) {
        await Promise.all([see(name), what < 3 ? look(name) : undefined]);
      }
    }
  }

  /** Reads an operation while it runs. The responses are checked after the run. */
  async function look(name: string): Promise<void> {
    for (let time = 0; time < 3; time++) {
      await retried(() => operations.getOperation({ name }), onRetry);
      await retried(() => operations.listOperations({ filter: `name = "${name}"` }), onRetry);
    }
  }

  /** Waits until an operation is done and compares it with earlier responses. */
  async function see(name: string): Promise<void> {
    counts.waits++;
    await press.printBook.resume(name).outcome();
    const operation = await retried(() => operations.getOperation({ name }), onRetry);
    const bytes = toBinary(OperationSchema, operation);
    const known = acknowledged.get(name) as Acknowledged;
    known.done ??= bytes;
    if (!operation.done || Buffer.compare(known.done, bytes) !== 0) {
      problems.push(`${name} changed after it was done`);
    }
  }

  const report = (error: unknown): number => problems.push(`a call of a client failed: ${error}`);

  return {
    counts,
    acknowledged,
    problems,
    calls,
    async run(endsAt) {
      await Promise.all(Array.from({ length: 12 }, (_, index) => client(index, endsAt).catch(report)));
    },
    async seeAll() {
      await Promise.all([...acknowledged.keys()].map((name) => see(name).catch(report)));
    },
  };
}

/** Calls another server if one is unavailable, like a real program. Throws any other error. */
async function retried<T>(call: () => Promise<T>, onRetry: () => void): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const { code, cause } = ConnectError.from(error);
      const lostConnection = typeof (cause as { code?: unknown } | undefined)?.code === "string";
      if (code !== Code.Unavailable && !lostConnection) {
        throw error;
      }
      onRetry();
      await sleep(200);
    }
  }
}

/** Sends each call to a random server, like a load balancer. */
function balance(fleet: Fleet, random: () => number): Transport {
  const any = (): Transport => {
    const servers = Array.from({ length: fleet.size }, (_, index) => fleet.transport(index) ?? []).flat();
    const server = servers[Math.floor(random() * servers.length)];
    if (server === undefined) {
      throw new ConnectError("no server is available", Code.Unavailable);
    }
    return server;
  };
  return {
    unary: async (...call) => await any().unary(...call),
    stream: async (...call) => await any().stream(...call),
  };
}
