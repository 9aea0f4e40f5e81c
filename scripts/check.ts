/*
 * Checks the repository in addition to its tests: `npm run check`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rejectPhrases } from "./phrases.ts";

const checks: Record<string, () => void> = {
  "format and lint": () => run("node_modules/.bin/biome", "ci", "--error-on-warnings", "--colors=off"),
  spelling: () => run("node_modules/.bin/cspell", "lint", "--no-progress", "--no-color"),
  phrases: rejectPhrases,
  // Must precede the following checks, because it also builds the package.
  "generated code is up to date": rejectDrift,
  "our protos follow AIP-151": () => run("node_modules/.bin/buf", "lint", "testdata/proto"),
  types: () => run(process.execPath, "node_modules/typescript/bin/tsc", "-p", "tsconfig.json"),
  "package contents": checkPackage,
};

for (const [name, check] of Object.entries(checks)) {
  const start = performance.now();
  try {
    check();
    console.log(`ok  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    console.error(`NOT OK  ${name}: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function rejectDrift(): void {
  const before = hashGenerated();
  run(process.execPath, "scripts/generate.ts");
  const after = hashGenerated();
  const stale = [...new Set([...before.keys(), ...after.keys()])].filter(
    (file) => before.get(file) !== after.get(file),
  );
  if (stale.length > 0) {
    throw new Error(
      `generated code was out of date and has been regenerated: commit these files.\n${stale.join("\n")}`,
    );
  }
}

function hashGenerated(): Map<string, string> {
  const files = readdirSync(".", { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /(^|\/)gen\/|\.gen\.ts$|\.api\.md$/.test(file))
    // Skip files that git ignores.
    .filter((file) => !/(^|\/)(node_modules|dist|\.cache|examples\/gen\/google)\//.test(file));
  return new Map(files.map((file) => [file, createHash("sha256").update(readFileSync(file)).digest("hex")]));
}

/** Packs the package with npm and checks the tarball. */
function checkPackage(): void {
  const directory = mkdtempSync(join(tmpdir(), "package-"));
  try {
    const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", directory], { encoding: "utf8" });
    const tarball = join(directory, packed.trim());
    run("node_modules/.bin/publint", "run", tarball, "--strict");
    // The package contains only ES modules, which CommonJS code loads with require.
    run("node_modules/.bin/attw", tarball, "--profile", "esm-only", "--no-emoji", "--format", "ascii");
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`${[command, ...args].join(" ")} failed.\n${stdout}${stderr}`);
  }
}
