/*
 * A worker on a fake store. By default, it has no periodic tasks: it does not renew leases and claims work only after
 * announcements.
 */
import { setImmediate as turn } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { onTestFinished } from "vitest";
import { createCommitScope } from "../src/server/commit-scope.ts";
import type { LroHandler, RunningOperation } from "../src/server/handler.ts";
import { serveMethod } from "../src/server/method.ts";
import type { Claim, ClaimState, OperationStore, Settlement } from "../src/server/operation-store.ts";
import type { Periods } from "../src/server/periods.ts";
import { createTelemetry } from "../src/server/telemetry.ts";
import { Worker } from "../src/server/worker/worker.ts";
import { PressServiceLro } from "../testdata/gen/acme/press/v1/press_lro.ts";
import { PrintBookRequestSchema } from "../testdata/gen/acme/press/v1/press_pb.ts";
import { gate, type PrintBook } from "./lro-servers.ts";
import { never } from "./operation-stores.ts";

export const method = "acme.press.v1.PressService.PrintBook";
const logPeriods = { waitingMs: never, ignoredMs: never, ignoredAgainMs: never };
const silent: Periods = { waitMs: never, renewMs: never, sweepMs: never, heartbeatMs: never, ...logPeriods };

/** A store that a test controls. */
export interface FakeStore {
  /** The operations that can be claimed. */
  readonly claimable: Claim[];
  /** The number of calls of `look`. */
  looks: number;
  /** Whether `look` reports that a sweep is necessary. */
  untidy: boolean;
  /** The number of calls of `sweep`. */
  sweeps: number;
  /** The limits of all calls of `claim`. */
  readonly limits: number[];
  /** Calls of `claim` return after this. */
  answered: Promise<void>;
  /** The state of each claim. Default: `held`. */
  readonly states: Map<Claim, ClaimState>;
  /** Whether the database responds. */
  reachable: boolean;
  readonly released: Claim[];
  readonly settled: { readonly claim: Claim; readonly result: Settlement["result"] }[];
  readonly metadata: Claim[];
}

export function fakeStore(): FakeStore & { readonly store: OperationStore } {
  const fake: FakeStore = {
    ...{ looks: 0, untidy: false, sweeps: 0 },
    ...{ claimable: [], limits: [], answered: Promise.resolve(), states: new Map(), reachable: true },
    ...{ released: [], settled: [], metadata: [] },
  };
  const holds = (claim: Claim): boolean => !["lost", "preempted"].includes(fake.states.get(claim) ?? "held");
  const store: Partial<OperationStore> = {
    commitTimeoutMs: 2_000,
    async claim(_, limit) {
      fake.limits.push(limit);
      const claims = fake.claimable.splice(0, limit);
      await fake.answered;
      return claims;
    },
    async renew(claims) {
      if (!fake.reachable) {
        throw new ConnectError("the database does not answer", Code.Unavailable);
      }
      return claims.map((claim) => fake.states.get(claim) ?? "held");
    },
    async release(claims) {
      fake.released.push(...claims);
    },
    async writeMetadata(claim) {
      fake.metadata.push(claim);
      return holds(claim);
    },
    async settle(claim, work) {
      const { result } = typeof work === "function" ? await work({} as never) : work;
      fake.settled.push({ claim, result });
      return holds(claim);
    },
    async look() {
      fake.looks++;
      return { methods: fake.claimable.length > 0 ? [method] : [], sweep: fake.untidy };
    },
    async sweep() {
      fake.sweeps++;
      fake.untidy = false;
      return [];
    },
  };
  return Object.assign(fake, { store: store as OperationStore });
}

/** Creates a worker with a handler. */
export async function workerOf(
  { store }: { readonly store: OperationStore },
  printBook: PrintBook,
  options: { readonly concurrency?: number; readonly periods?: Partial<Periods> } = {},
): Promise<Worker> {
  const { concurrency = 20, periods } = options;
  const worker = new Worker({
    ...{ store, concurrency, leaseMs: 10_000, periods: { ...silent, ...periods }, log: () => {} },
    commitScope: createCommitScope(false),
    methods: new Map([[method, serveMethod(PressServiceLro.methods.printBook, printBook as LroHandler)]]),
    telemetry: await createTelemetry(),
  });
  onTestFinished(() => worker.drain(0));
  return worker;
}

/** Returns a claim on an operation that prints a book. */
export function claimOf(title: string, given: Partial<Claim> = {}): Claim {
  return {
    operation: {
      ...{ id: title, name: `operations/${title}`, method, principal: "", metadata: undefined },
      ...{ done: false, result: undefined, deleted: false },
    },
    request: toBinary(PrintBookRequestSchema, create(PrintBookRequestSchema, { title })),
    ...{
      attempt: 1,
      cancelRequested: false,
      takenOver: false,
      ageSeconds: 0,
      trace: undefined,
      queue: `${method}/allow`,
      lease: 0,
    },
    ...given,
  };
}

/** A handler whose attempts end when the test calls `end`. */
export function press(): {
  readonly printBook: (request: { title: string }, operation: RunningOperation) => Promise<{ title: string }>;
  /** The titles of the started attempts, in order. */
  readonly begun: string[];
  /** The interrupted attempts: title, attempt number and reason. */
  readonly interrupted: string[];
  end(index: number): void;
} {
  const begun: string[] = [];
  const interrupted: string[] = [];
  const ends: (() => void)[] = [];
  return {
    begun,
    interrupted,
    async printBook({ title }, { signal, attempt }) {
      begun.push(title);
      const end = gate();
      ends.push(end.open);
      signal.addEventListener("abort", () => interrupted.push(`${title} ${attempt}: ${signal.reason.reason}`));
      await end.passed;
      return { title };
    },
    end: (index) => ends[index]?.(),
  };
}

/** Waits until all pending work without timers is done. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await turn();
  }
}
