/*
 * Servers of long-running operations for tests, on each engine.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Client,
  createClient,
  createRouterTransport,
  type HandlerContext,
  type Transport,
} from "@connectrpc/connect";
import type { PGlite } from "@electric-sql/pglite";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, inject } from "vitest";
import { pglite } from "../src/engine/pglite.ts";
import { postgres } from "../src/engine/postgres.ts";
import { openServer } from "../src/server/create-server.ts";
import type { Engine, LroHandler, LroServer, LroServerOptions } from "../src/server/index.ts";
import type { Periods } from "../src/server/periods.ts";
import {
  createPressServiceClient,
  type PressServiceClient,
  registerPressService,
} from "../testdata/gen/acme/press/v1/press_lro.ts";
import type {
  MovePressMetadata,
  MovePressRequest,
  MovePressResponse,
  PrintBookMetadata,
  PrintBookRequest,
  PrintBookResponse,
} from "../testdata/gen/acme/press/v1/press_pb.ts";
import { Operations } from "../testdata/gen/google/longrunning/operations_pb.ts";
import { emptyPGlite } from "./empty-pglite.ts";
import { createDatabase } from "./shared-postgres.ts";
import { isLong } from "./suite.ts";

export type PrintBook = LroHandler<PrintBookRequest, PrintBookResponse, PrintBookMetadata>;
export type MovePress = LroHandler<MovePressRequest, MovePressResponse, MovePressMetadata>;

/** The handlers and options of a test's server. */
export interface Press extends Partial<Omit<LroServerOptions, "engine">> {
  readonly printBook?: PrintBook;
  readonly movePress?: MovePress;
  /** The intervals of its periodic tasks. */
  readonly periods?: Partial<Periods>;
  /** Whether this process runs operations. Default: true. */
  readonly work?: boolean;
  /** Headers of all calls of the server's clients. */
  readonly headers?: Record<string, string>;
}

/** A server in this process, with clients. */
export interface PressServer {
  readonly lro: LroServer;
  readonly press: PressServiceClient;
  readonly operations: Client<typeof Operations>;
  readonly transport: Transport;
}

/** The databases of one engine. */
export interface TestEngine {
  readonly kind: "PGlite" | "PostgreSQL";
  /** An engine that uses the schema of this test. */
  engine(): Engine;
  /** Opens a server that uses the schema of this test and closes it after the test. */
  open(press?: Press): Promise<PressServer>;
  /** Runs SQL, in which names of tables refer to the schema of this test. */
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /**
   * Lets the current leases of workers expire. In the long suite, waits until they do. Otherwise, changes the time of
   * their last heartbeats.
   */
  leasesPass(): Promise<void>;
  /** PostgreSQL only: how another process connects to the schema of this test. */
  address(): { readonly connectionString: string; readonly schema: string };
}

/** The lease of all servers in tests: the minimum. */
export const leaseSeconds = 10;

let schemas = 0;

/** Runs the same tests on both engines. */
export function describeEngines(tests: (engine: TestEngine) => void): void {
  describePGlite(tests);
  describePostgres(tests);
}

/** Runs tests on PGlite. */
export function describePGlite(tests: (engine: TestEngine) => void): void {
  describe("on PGlite", () => {
    let db: PGlite;
    beforeAll(async () => {
      db = await emptyPGlite();
    });
    afterAll(() => db.close());
    const schema = perTest();
    tests(
      testEngine("PGlite", {
        engine: () => pglite({ db, schema: schema() }),
        sql: async (text, values) => (await db.query<Record<string, unknown>>(inSchema(text, schema()), values)).rows,
      }),
    );
  });
}

/** Runs tests on PostgreSQL, except for mutants, which would take too long. */
export function describePostgres(tests: (engine: TestEngine) => void): void {
  describe.skipIf(inject("postgresPort") === undefined)("on PostgreSQL", () => {
    let connectionString: string;
    let pool: Pool;
    beforeAll(async () => {
      connectionString = await createDatabase();
      pool = new Pool({ connectionString });
      pool.on("error", () => {});
    });
    afterAll(() => pool.end());
    const schema = perTest();
    tests(
      testEngine("PostgreSQL", {
        engine: () => postgres({ connectionString, schema: schema() }),
        sql: async (text, values) => (await pool.query(inSchema(text, schema()), values)).rows,
        address: () => ({ connectionString, schema: schema() }),
      }),
    );
  });
}

function perTest(): () => string {
  let schema = "";
  beforeEach(() => {
    schema = `test${++schemas}`;
  });
  return () => schema;
}

function inSchema(text: string, schema: string): string {
  return text.replaceAll(/\b(?=(?:operations|operations_settings|job|queue)\b)/g, `${schema}.`);
}

function testEngine(
  kind: TestEngine["kind"],
  parts: Pick<TestEngine, "engine" | "sql"> & Partial<Pick<TestEngine, "address">>,
): TestEngine {
  const opened: LroServer[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((lro) => lro.close()));
  });
  return {
    kind,
    address() {
      throw new Error(`${kind} has no address: use PostgreSQL to share a schema between processes`);
    },
    ...parts,
    async leasesPass() {
      if (isLong()) {
        await sleep(leaseSeconds * 1_000);
      } else {
        await parts.sql("UPDATE job SET heartbeat_on = heartbeat_on - interval '1 day' WHERE state = 'active'");
      }
    },
    async open(press = {}) {
      const server = await openPress(parts.engine(), press);
      opened.push(server.lro);
      return server;
    },
  };
}

/** Opens and starts a server. Its default handlers return immediately. */
export async function openPress(
  engine: Engine,
  { printBook, movePress, periods, work = true, headers, ...options }: Press,
): Promise<PressServer> {
  const lro = await openServer({ leaseMs: leaseSeconds * 1_000, log: () => {}, ...options, engine }, periods);
  registerPressService(lro, {
    printBook: printBook ?? (({ title }) => ({ title })),
    movePress: movePress ?? (({ destination }) => ({ location: destination })),
  });
  const transport = createRouterTransport(lro.routes, {
    transport: {
      interceptors: [
        (next) => (request) => {
          for (const [name, value] of Object.entries(headers ?? {})) {
            if (!request.header.has(name)) {
              request.header.set(name, value);
            }
          }
          return next(request);
        },
      ],
    },
  });
  await lro.start({ work });
  return {
    lro,
    transport,
    press: createPressServiceClient(transport),
    operations: createClient(Operations, transport),
  };
}

/** Returns the caller from the header `principal`. */
export function byHeader(context: HandlerContext): string {
  return context.requestHeader.get("principal") ?? "";
}

/** Returns a promise and the function that fulfills it. */
export function gate<T = void>(): { readonly passed: Promise<T>; open(value: T): void } {
  let open: (value: T) => void = () => {};
  const passed = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
