/*
 * Stores of operations for tests that need no server.
 */
import { randomUUID } from "node:crypto";
import type { PGlite } from "@electric-sql/pglite";
import { Pool } from "pg";
import { afterAll, beforeAll } from "vitest";
import type { Database } from "../src/engine/database.ts";
import { pgDatabase } from "../src/engine/pg-database.ts";
import { pgliteDatabase } from "../src/engine/pglite-database.ts";
import { openStore } from "../src/engine/store.ts";
import type { Claim, NewOperation, OperationStore, StoredOperation } from "../src/server/operation-store.ts";
import { emptyPGlite } from "./empty-pglite.ts";
import { createDatabase } from "./shared-postgres.ts";

/** The maximum delay of a timer, in ms, which no test reaches. */
export const never: number = 2 ** 31 - 1;

/** A database in which stores can be opened. */
export interface StoreDatabase {
  readonly database: Database;
  /** Opens a store. `watch` can wrap its database. */
  open(watch?: (database: Database) => Database): Promise<OperationStore>;
  /** Lets the current leases of workers expire and sweeps. */
  crash(store: OperationStore): Promise<void>;
  close(): Promise<void>;
}

const schema = "lro";

/** The error that a sweep writes to an operation after its last attempt. */
export const crashed: Buffer = Buffer.from("crashed");

/** Creates a PGlite database in memory. */
export async function pgliteStores(): Promise<StoreDatabase> {
  const pglite: PGlite = await emptyPGlite();
  return storesOf(
    pgliteDatabase(pglite, async () => {}),
    () => pglite.close(),
  );
}

/** Creates a PostgreSQL database. */
export async function postgresStores(): Promise<StoreDatabase> {
  const pool = new Pool({ connectionString: await createDatabase() });
  return storesOf(
    pgDatabase(pool, {
      listening: pool,
      heartbeatMs: never,
      renewTimeoutMs: never,
      maxCommits: 5,
      commitTimeoutMs: 10_000,
      close: async () => {},
    }),
    () => pool.end(),
  );
}

function storesOf(database: Database, close: () => Promise<void>): StoreDatabase {
  const opened: OperationStore[] = [];
  return {
    database,
    async open(watch = (database) => database) {
      const options = { leaseSeconds: 10, heartbeatMs: never, commitTimeoutMs: 2_000, log: () => {} };
      const store = await openStore(watch(database), { ...options, schema, alone: false });
      opened.push(store);
      return store;
    },
    async crash(store) {
      await database.query(
        `UPDATE ${schema}.job SET heartbeat_on = heartbeat_on - interval '1 day' WHERE state = 'active';
         UPDATE ${schema}.queue SET monitor_claim_on = NULL, monitor_on = NULL;`,
      );
      await store.sweep({ crashed, cancelled: Buffer.from("cancelled") });
    },
    async close() {
      await Promise.all(opened.map((store) => store.close()));
      await close();
    },
  };
}

/** Opens a store on PGlite for all tests of a file. */
export function sharedStore(): { readonly stores: StoreDatabase; readonly store: OperationStore } {
  const shared = {} as { stores: StoreDatabase; store: OperationStore };
  beforeAll(async () => {
    shared.stores = await pgliteStores();
    shared.store = await shared.stores.open();
  });
  afterAll(() => shared.stores.close());
  return shared;
}

/** Returns an operation to start. Default: of a method without a policy. */
export function newOperation(given: Partial<NewOperation> = {}): NewOperation {
  const id = given.id ?? randomUUID();
  return {
    ...{ id, name: `operations/${id}`, method: "acme.press.v1.PressService.PrintBook", principal: "" },
    request: Buffer.from("request"),
    ...{ requestId: undefined, key: undefined, parallel: "allow", maxAttempts: 5, expireAfterSeconds: 3_600 },
    ...{
      result: undefined,
      preempted: { own: Buffer.from("preempted"), other: Buffer.from("preempted") },
      trace: undefined,
    },
    ...given,
  };
}

/** Starts an operation. Throws if the store rejects it. */
export async function startOne(store: OperationStore, given: Partial<NewOperation> = {}): Promise<StoredOperation> {
  const outcome = await store.start(newOperation(given));
  if ("refused" in outcome) {
    throw new Error(`the operation was refused: ${outcome.refused}`);
  }
  return outcome.operation;
}

/** Claims the only operation that can be claimed. */
export async function claimOne(store: OperationStore, method: string = newOperation().method): Promise<Claim> {
  const claims = await store.claim(method, 10);
  const [claim] = claims;
  if (claim === undefined || claims.length > 1) {
    throw new Error(`${claims.length} operations were claimed, not one`);
  }
  return claim;
}

/** Reads a stored operation. */
export async function readOne(store: OperationStore, name: string): Promise<StoredOperation | undefined> {
  return (await store.read([name]))[0];
}
