import type { EngineOptions, OperationStore, StoreEvent } from "../server/operation-store.ts";
import { type Announcements, announcements } from "./announcements.ts";
import { claims } from "./claims.ts";
import type { Database } from "./database.ts";
import { measurements } from "./measurements.ts";
import { migrate, readSetting } from "./migrations.ts";
import { requireNode } from "./node-version.ts";
import { openQueues, type Queues } from "./queues.ts";
import { checkSchemaName, checkTables, readVersions } from "./schema-check.ts";
import { starts } from "./starts.ts";
import { storedOperations } from "./stored-operations.ts";
import { sweep } from "./sweep.ts";

/** The options for opening a store, with either engine. */
export interface StoreOptions extends EngineOptions {
  readonly schema: string;
  /** Whether no other process can have claims in this store. */
  readonly alone: boolean;
  readonly commitTimeoutMs: number;
  /** Whether to create or migrate the tables. Default true. */
  readonly migrates?: boolean | undefined;
}

/** The dependencies of the parts of a store. */
export interface StoreParts {
  readonly database: Database;
  readonly schema: string;
  readonly queues: Queues;
  readonly events: Announcements;
  /** The table of operations. */
  readonly table: string;
}

/** Opens the operations in a database. If it throws, the caller must close the database. */
export async function openStore(database: Database, options: StoreOptions): Promise<OperationStore> {
  requireNode();
  const { schema, alone, log } = options;
  await checkSchemaName(database, schema);
  const queues = await openTables(database, options);
  if (alone) {
    await queues.abandonAll();
  }
  const events = announcements(database, `lro_${schema}`, (error) =>
    log({ level: "warn", message: "announcing changes failed: other processes will find them when they poll", error }),
  );
  const parts: StoreParts = { database, schema, queues, events, table: `${schema}.operations` };
  return {
    secret: Buffer.from(await readSetting(database, schema, "secret")),
    singleConnection: database.singleConnection,
    listens: database.listens,
    commitTimeoutMs: options.commitTimeoutMs,
    ...starts(parts),
    ...storedOperations(parts),
    ...claims(parts),
    ...sweep(parts),
    ...measurements(parts),
    listen: (listener) => listen(parts, log, listener),
    connections: () => database.connections(),
    async isWritable() {
      const { rows } = await database.query("SELECT current_setting('transaction_read_only') = 'off' AS writable");
      return rows[0]?.writable === true;
    },
    async close() {
      await queues.close();
      await database.close();
    },
  };
}

/** The SQLSTATE of a statement that the role may not run. */
const insufficientPrivilege = "42501";

/** Opens the queues. Creates or migrates all tables first if the options permit it. */
async function openTables(database: Database, options: StoreOptions): Promise<Queues> {
  const { schema, migrates = true, log } = options;
  if (!migrates) {
    await checkTables(database, schema);
    return await openQueues(database, schema, options);
  }
  try {
    return await database.exclusively(`protoc-gen-ts-lro/${schema}`, async () => {
      await readVersions(database, schema);
      const queues = await openQueues(database, schema, options);
      await migrate(database, schema, log);
      return queues;
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== insufficientPrivilege) {
      throw error;
    }
    const message =
      `the role may not create or migrate the tables of schema "${schema}": run migrate() as a role that may, then set ` +
      "migrate to false";
    throw new Error(message, { cause: error });
  }
}

/** Work may be in a queue that another process has just created, which must be known before its work is looked for. */
async function listen(
  { queues, events }: StoreParts,
  log: EngineOptions["log"],
  listener: (event: StoreEvent) => void,
): Promise<void> {
  const attend = (task: () => Promise<void>): void => {
    task().catch((error: unknown) =>
      log({ level: "warn", message: "an announcement could not be attended to", error }),
    );
  };
  await events.listen(
    (announced) => {
      if (announced.kind === "changed") {
        listener(announced);
      } else {
        attend(async () => listener({ kind: "work", method: await queues.learn(announced.queue) }));
      }
    },
    () => attend(() => queues.refresh().finally(() => listener({ kind: "resync" }))),
  );
}
