import { PGlite } from "@electric-sql/pglite";
import { createEngine, type Engine } from "../server/engine.ts";
import type { LroTransaction } from "../server/handler.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import { type PGliteDatabase, type PGliteTransaction, pgliteDatabase } from "./pglite-database.ts";
import { openStore } from "./store.ts";

/** Options of the PGlite engine. */
export type PGliteOptions = {
  /** The schema of the tables, which is created if it does not exist. Default `lro`. */
  readonly schema?: string | undefined;
} & (
  | {
      /** The data directory, which is created if it does not exist. Default: in memory, until the process ends. */
      readonly dataDir?: string | undefined;
      readonly db?: undefined;
    }
  | {
      /** A `PGlite` that you opened, for example to share it with your own data. Closing the server leaves it open. */
      readonly db: PGliteDatabase;
      readonly dataDir?: undefined;
    }
);

/** Short, because a commit blocks everything else on the only connection. */
const defaultCommitTimeoutMs = 2_000;

/**
 * Stores operations in PGlite, which is PostgreSQL compiled to WebAssembly and runs in this process. Only one process
 * at a time can use a data directory: in any other process, `createLroServer` throws an error.
 */
export function pglite({ dataDir, db, schema = "lro" }: PGliteOptions = {}): Engine {
  return createEngine(async (engineOptions) => {
    const unlock = db ? lockOf(db) : dataDir === undefined ? () => {} : lockDataDir(dataDir);
    let opened = db;
    const close = async (): Promise<void> => {
      if (db === undefined) {
        await opened?.close();
      }
      unlock();
    };
    try {
      opened ??= await PGlite.create(dataDir === undefined ? {} : { dataDir });
      const commitTimeoutMs = engineOptions.commitTimeoutMs ?? defaultCommitTimeoutMs;
      return await openStore(pgliteDatabase(opened, close), { ...engineOptions, commitTimeoutMs, schema, alone: true });
    } catch (error) {
      await close();
      throw error;
    }
  });
}

/**
 * Returns PGlite's transaction behind a transaction of `commit`, for libraries such as Drizzle. Do not use it after the
 * function that you passed to `commit` returns.
 *
 * @typeParam T `Transaction` of `@electric-sql/pglite`, if you compile with `skipLibCheck`.
 * @throws Error if the transaction belongs to another engine.
 */
export function pgliteTransaction<T extends object = PGliteTransaction>({ client }: LroTransaction): T {
  if (typeof client !== "object" || client === null || !("exec" in client)) {
    throw new Error("the transaction does not belong to pglite(): use postgresClient() with postgres()");
  }
  return client as T;
}

const locks = new WeakMap<PGliteDatabase, { unlock(): void; users: number }>();

/** Locks the data directory of an open database, if it has one. All servers on the database share the lock. */
function lockOf(db: PGliteDatabase): () => void {
  const place = db.dataDir?.replace(/^file:\/\//, "") ?? "";
  if (place === "" || place.includes("://")) {
    return () => {};
  }
  const lock = locks.get(db) ?? { unlock: lockDataDir(place), users: 0 };
  locks.set(db, lock);
  lock.users++;
  return () => {
    if (--lock.users === 0) {
      locks.delete(db);
      lock.unlock();
    }
  };
}
