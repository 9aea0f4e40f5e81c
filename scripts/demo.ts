/*
 * Generates code from protos, compiles it, and runs clients and servers: `npm run demo`
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { Programs } from "./demo-programs.ts";
import { generateExamples } from "./examples.ts";

const startedAt = performance.now();
process.chdir(fileURLToPath(new URL("..", import.meta.url)));
process.env.PATH = `node_modules/.bin:${process.env.PATH}`;
mkdirSync(".cache", { recursive: true });
const work = mkdtempSync(".cache/demo-");
const programs = new Programs(`${work}/out`);
const cleanUp = (): void => {
  programs.stop();
  rmSync(work, { recursive: true, force: true });
};
process.once("exit", cleanUp);
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

try {
  step("built", buildPackage);
  step("generated", generate);
  step("compiled", compile);
  await showExports();
  await showServing();
  await showLibrary();
  await showRedis();
  console.log(`\n${styleText("green", "✔")} all programs behaved as expected (${seconds(startedAt)})`);
} catch (error) {
  console.error(`\n${styleText("red", "✘")} demo failed: ${(error as Error).message}`);
  process.exitCode = 1;
}
cleanUp();

function buildPackage(): string {
  const bin = "dist/bin/protoc-gen-ts-lro.cjs";
  const sources = ["package.json", "tsconfig.build.json", "scripts/build.ts", ...globSync("src/**")];
  const changedAt = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  const isOld = !existsSync(bin) || statSync(bin).mtimeMs < changedAt;
  if (isOld) {
    execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
  }
  const version = execFileSync(bin, ["--version"], { encoding: "utf8" }).trim();
  return isOld ? version : `${version}: already up to date`;
}

function generate(): string {
  generateExamples(`${work}/src`);
  const files = globSync(`${work}/src/gen/**/*.ts`);
  const emitted = files.filter((path) => path.endsWith("_lro.ts")).sort();
  return [`${files.length} files from ${emitted.length} APIs with buf`, ...emitted.map(summary)].join("\n    ");
}

/** Returns the proto that a file was generated from and the first of its long-running methods. */
function summary(path: string): string {
  const code = readFileSync(path, "utf8");
  const [, proto] = code.match(/@generated from file (\S+)/) ?? [];
  const calls = [...code.matchAll(/^ {2}(\w+): LroCall<\w+, (\w+), (\w+)>/gm)];
  const [first, ...others] = calls.map(
    ([, method, response, metadata]) => `${method}: Operation<${response}, ${metadata}>`,
  );
  const more = others.length > 0 ? `, and ${others.length} more` : "";
  return `${proto} → ${basename(path)} ${styleText("dim", `(${first}${more})`)}`;
}

function compile(): string {
  for (const name of ["export", "serving-node", "library", "redis", "jobs.ts", "listen.ts", "tsconfig.json"]) {
    cpSync(`examples/${name}`, `${work}/src/${name}`, { recursive: true });
  }
  const tsc = "node_modules/typescript/bin/tsc";
  execFileSync(process.execPath, [tsc, "-p", `${work}/src`, "--outDir", `${work}/out`], { stdio: "inherit" });
  const version = execFileSync(process.execPath, [tsc, "--version"], { encoding: "utf8" }).trim();
  return `${globSync(`${work}/out/**/*.js`).length} files (generated code and programs) with TypeScript ${version.replace("Version ", "")}`;
}

async function showExports(): Promise<void> {
  heading("Exports: generated client and server over HTTP/2");
  const url = await programs.serve("export/server.js");
  await programs.run(["export/client.js", url, "books"], { prints: [/exported 12000 rows to gs:\/\/exports\/books/] });
  await programs.run(["export/client.js", url, "salaries"], {
    prints: [/\[permission_denied\] Permission denied/, /ErrorInfo: TABLE_IS_PRIVATE/],
    exitCode: 1,
  });
  await programs.run(["export/client.js", url, "orders"], {
    prints: [/cancelled after \d+ rows/],
    exitCode: 1,
    interruptAfterMs: 500,
  });
  const name = await programs.run(["export/client.js", url, "books", "--detach"], {
    prints: [/^projects\/acme\/operations\/\d+$/],
  });
  await programs.run(["export/resume.js", url, name], { prints: [/exported 12000 rows/] });
}

async function showServing(): Promise<void> {
  heading("Serving: an export completes although its server is killed");
  const env = { DATA_DIR: "../data" };
  const url = await programs.serve("serving-node/server.js", env);
  const name = await programs.run(["export/client.js", url, "books", "--detach"], { prints: [/^operations\/[\w-]+$/] });
  await programs.kill();
  const next = await programs.serve("serving-node/server.js", env);
  await programs.run(["export/resume.js", next, name], { prints: [/exported 12000 rows/] });
  await programs.kill();
}

async function showLibrary(): Promise<void> {
  heading("Library: plain and long-running methods in one client");
  const url = await programs.serve("library/server.js");
  await programs.run(["library/client.js", url], { prints: [/printing: 100%/, /created .*: Emma/, /deleted/] });
}

async function showRedis(): Promise<void> {
  heading("Redis: Google's own @google-cloud/redis calls a server built with generated code");
  const url = await programs.serve("redis/server.js");
  await programs.run(["redis/google-client.js", url], {
    prints: [/create \S+\/instances\/cache: \w+/, /created \S+\/instances\/cache: 4 GB/],
  });
}

function heading(text: string): void {
  console.log(`\n${styleText("bold", text)}`);
}

function step(name: string, run: () => string): void {
  const from = performance.now();
  const result = run();
  console.log(`${styleText("green", "✔")} ${name} ${result} ${styleText("dim", seconds(from))}`);
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}
