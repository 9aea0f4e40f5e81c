import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Some tests run the plugins in dist, or examples with the code that the build generates for them. `npm test` builds
 * anew. Else Vitest calls this once before all tests, and it builds what was never built.
 */
export default function ensureBuilt(): void {
  if (!["dist/bin", "examples/gen/google"].every((folder) => existsSync(root + folder))) {
    // The Node that comes with the package: not every Node that runs tests runs TypeScript.
    execFileSync("node_modules/.bin/node", ["scripts/build.ts"], { cwd: root, stdio: "inherit" });
  }
}
