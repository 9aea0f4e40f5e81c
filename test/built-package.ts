import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Builds the package if it was never built, because some tests run the plugins in dist, or examples with code that the
 * build generates. Vitest calls this once before all tests. `npm test` always builds first.
 */
export default function ensureBuilt(): void {
  if (!["dist/bin", "examples/gen/google"].every((folder) => existsSync(root + folder))) {
    // Uses the Node.js from node_modules, because the one that runs the tests may not support TypeScript.
    execFileSync("node_modules/.bin/node", ["scripts/build.ts"], { cwd: root, stdio: "inherit" });
  }
}
