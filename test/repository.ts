/*
 * Where things are.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("..", import.meta.url));

/**
 * Returns the path of what takes long to make, and is kept between runs.
 *
 * @param name Has all in it that what is made depends on, but for the versions of packages.
 * @param packages The packages that make it.
 * @param make Makes it at the path given, where it is missing.
 */
export async function cached(
  name: string,
  packages: readonly string[],
  make: (path: string) => Promise<void>,
): Promise<string> {
  const path = join(root, ".cache", packages.map(nameAndVersion).join("_"), name);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    // Several may make it at the same time: one of them comes first.
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
