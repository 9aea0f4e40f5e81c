import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

/**
 * Bundles a program of TypeScript before the tests, for them to run it in a process of its own, against the source of
 * the package. Returns where it is.
 */
export function bundledProgram(entryPoint: string): () => string {
  let directory = "";
  beforeAll(async () => {
    // Below the package, so that its imports find what it depends on.
    directory = mkdtempSync(join("node_modules", ".program-"));
    await build({
      entryPoints: [entryPoint],
      outfile: join(directory, "main.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      alias: { "protoc-gen-ts-lro/codegen": "./src/codegen.ts" },
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return () => join(directory, "main.mjs");
}
