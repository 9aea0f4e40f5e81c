/*
 * Empty PGlite databases, from a cached copy: copying a database is much faster than creating one.
 */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { cached } from "./repository.ts";

const packages = ["@electric-sql/pglite"];

/** Opens an empty database in memory. */
export async function emptyPGlite(): Promise<PGlite> {
  const archive = await cached("empty.tar", packages, async (path) => {
    const db = await PGlite.create();
    const dump = await db.dumpDataDir("none");
    await db.close();
    writeFileSync(path, Buffer.from(await dump.arrayBuffer()));
  });
  // Read into memory, because a blob of a file breaks if another process replaces the file.
  return await PGlite.create({ loadDataDir: new Blob([readFileSync(archive)]) });
}

/** Creates a data directory with an empty, closed database. */
export async function emptyDataDir(path: string): Promise<void> {
  const directory = await cached("empty", packages, async (path) => {
    await (await PGlite.create(path)).close();
  });
  cpSync(directory, path, { recursive: true });
}
