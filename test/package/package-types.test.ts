import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isLong } from "../suite.ts";
import { runTsc } from "../tsc.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A user's project, which also checks the types of libraries and has no types of optional packages. */
let project = "";

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "package-types-"));
  const compilerOptions = { target: "ES2022", module: "NodeNext", types: [], strict: true, noEmit: true };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  const installed = join(project, "node_modules/protoc-gen-ts-lro");
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, "package.json"), join(installed, "package.json"));
  cpSync(join(root, "dist"), join(installed, "dist"), { recursive: true });
  for (const name of ["@bufbuild", "@connectrpc"]) {
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
  }
});
afterAll(() => rmSync(project, { recursive: true }));

test.each(isLong() ? ["typescript", "typescript-6.0", "typescript-5.9"] : ["typescript"])(
  "the package needs no types of optional packages, with %s",
  async (compiler) => {
    const entries = ["client", "codegenv1", "longrunning", "server", "server/pglite", "server/postgres", "testing"];
    const imports = entries.map((entry, i) => `export * as entry${i} from "protoc-gen-ts-lro/${entry}";`);
    writeFileSync(join(project, "main.ts"), imports.join("\n"));
    expect(await runTsc(project, compiler)).toBe("");
  },
);
