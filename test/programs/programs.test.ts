import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../repository.ts";

const folder = join(root, "test/programs");
const programs = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => join(folder, path));

test.each(["typescript", "typescript-6.0", "typescript-5.9"])(
  "programs as people write them compile under the strictest settings, with %s",
  async (compiler) => {
    expect(programs.length).toBeGreaterThan(0);
    const directory = mkdtempSync(join(root, ".cache/programs-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const compilerOptions = {
      target: "ES2022",
      lib: ["ES2023", "DOM", "DOM.Iterable", "ESNext.Disposable"],
      module: "NodeNext",
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      noImplicitOverride: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      noEmit: true,
    };
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, files: programs }));
    const tsc = join(root, "node_modules", compiler, "bin/tsc");
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", directory]).catch((error) => error);
    expect(stdout).toBe("");
  },
);
