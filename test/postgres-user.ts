import { execFileSync, spawnSync } from "node:child_process";
import { root } from "./repository.ts";

/**
 * PostgreSQL refuses to run as root, so for root it runs as the user `postgres`, which is created where it is missing.
 *
 * @throws Error if that user cannot reach the PostgreSQL in node_modules.
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
        "Move the repository to a directory that all may read, such as /srv, or run the tests as another user than root.",
    );
  }
}
