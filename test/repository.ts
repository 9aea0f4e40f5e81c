/*
 * Paths in the repository and its cache.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/**
 * Returns the path of a file or directory that is slow to create and is cached between runs.
 *
 * @param name Identifies everything that the content depends on, except the versions of packages.
 * @param packages The packages on whose versions the content depends.
 * @param make Creates the content at the given path. Called if it is not cached.
 */
export async function cached(
  name: string,
  packages: readonly string[],
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(root, ".cache", packages.map(nameAndVersion).join("_"), name);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    // Several processes may create it concurrently: the first rename wins.
    const unfinished = `${path}.${process.pid}`;
    await make(unfinished);
    try {
      renameSync(unfinished, path);
    } catch (error) {
      if (!existsSync(path)) {
        throw error;
      }
    }
    rmSync(unfinished, { recursive: true, force: true });
  }
  return path;
}

function nameAndVersion(packageName: string): string {
  const { version } = JSON.parse(readFileSync(join(root, "node_modules", packageName, "package.json"), "utf8"));
  return `${packageName.replace(/^.*\//, "")}-${version}`;
}
