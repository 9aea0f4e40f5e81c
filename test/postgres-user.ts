import { execFileSync, spawnSync } from "node:child_process";
import { root } from "./repository.ts";

/**
 * PostgreSQL refuses to run as root, so root runs it as the user `postgres`. Creates that user if it does not exist.
 *
 * @throws Error if the user cannot read the PostgreSQL binaries in node_modules.
 */
export default function ensurePostgresUser(): void {
  if (process.getuid?.() !== 0) {
    return;
  }
  if (spawnSync("id", ["postgres"]).status !== 0) {
    execFileSync("useradd", ["--user-group", "postgres"]);
  }
  const uid = Number(execFileSync("id", ["-u", "postgres"]));
  if (spawnSync("test", ["-x", root], { cwd: "/", uid }).status !== 0) {
    throw new Error(
      `the user postgres cannot read ${root}: PostgreSQL does not run as root, so tests run it as that user. ` +
        "Move the repository to a directory that all users can read, such as /srv, or do not run the tests as root.",
    );
  }
}
