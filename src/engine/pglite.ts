import { PGlite } from "@electric-sql/pglite";
import { createEngine, type Engine } from "../server/engine.ts";
import type { LroTransaction } from "../server/handler.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import { type PGliteDatabase, type PGliteTransaction, pgliteDatabase } from "./pglite-database.ts";
import { openStore } from "./store.ts";

/** Where the operations are. */
export type PGliteOptions = {
  /** The schema for the tables. Default `lro`. */
  readonly schema?: string | undefined;
} & (
  | {
      /** A directory, which is created where it is missing. Without one, operations are lost when the process ends. */
      readonly dataDir?: string | undefined;
      readonly db?: undefined;
    }
  | {
      /** A `PGlite` that the program has opened for its own data, too. It stays open when the server is closed. */
      readonly db: PGliteDatabase;
      readonly dataDir?: undefined;
    }
);

/**
 * Keeps operations in this process, with nothing to install: PGlite is PostgreSQL, compiled to WebAssembly. One process
 * at a time can have a directory; another is refused when it opens the server.
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
      return await openStore(pgliteDatabase(opened, close), { ...engineOptions, schema, alone: true });
    } catch (error) {
      await close();
      throw error;
    }
  });
}

/**
 * Returns PGlite's own transaction, for libraries that write with it, such as Drizzle. Do not use it after the function
 * that got the transaction has returned.
 *
 * @typeParam T `Transaction` of `@electric-sql/pglite`, if you compile with `skipLibCheck`.
 * @throws Error if the transaction is not one of this engine.
 */
export function pgliteTransaction<T extends object = PGliteTransaction>({ client }: LroTransaction): T {
  if (typeof client !== "object" || client === null || !("exec" in client)) {
    throw new Error("this transaction is not one of pglite(): use postgresClient() for those of postgres()");
  }
  return client as T;
}

const locks = new WeakMap<PGliteDatabase, { unlock(): void; users: number }>();

/** Locks the directory of an open database, if it has one, for all servers that use the database. */
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
