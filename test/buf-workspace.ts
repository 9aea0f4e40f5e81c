/*
 * Workspaces with the check plugin, as users have them, for buf itself to lint and to compare.
 */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runBuf } from "./buf.ts";
import { writeFiles } from "./compile.ts";
import { root } from "./repository.ts";

/** The check plugin as it is published, which `npm run build` makes. */
export const checkBin: string = join(root, "dist/bin/buf-plugin-lro.cjs");

/** What buf reports. */
export interface Finding {
  readonly path: string;
  /** Counted from one. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

export interface Workspace {
  readonly protos: Files;
  /** Rules and categories to use, and not to use. Category LRO by default. */
  readonly rules?: { readonly use?: readonly string[]; readonly except?: readonly string[] };
  /** The options of the plugin. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** What stands beside the protos. */
  readonly others?: Files;
}

/** Runs `buf lint`. */
export function lint(workspace: Workspace): Promise<Finding[]> {
  return inDirectory(async (directory) => {
    await writeWorkspace(directory, workspace);
    return findingsOf(directory, "lint", "protos");
  });
}

/** Runs `buf breaking`. */
export function breaking(before: Files, workspace: Workspace): Promise<Finding[]> {
  return inDirectory(async (directory) => {
    await writeWorkspace(join(directory, "before"), { protos: before });
    await writeWorkspace(join(directory, "now"), workspace);
    return findingsOf(join(directory, "now"), "breaking", "protos", "--against", "../before/protos");
  });
}

/**
 * Returns what protos say that buf is to report: each line names the rules that it breaks in a comment at its end,
 * `// LRO_TYPES_RESOLVE`.
 */
export function markedFindings(protos: Files): Omit<Finding, "message">[] {
  return Object.entries(protos).flatMap(([path, content]) =>
    content.split("\n").flatMap((text, index) => {
      const [, rules = ""] = /\/\/ ((?:LRO_\w+ ?)+)$/.exec(text) ?? [];
      return rules.split(" ").flatMap((rule) => (rule === "" ? [] : { path, line: index + 1, rule }));
    }),
  );
}

/** Leaves the messages out. */
export function withoutMessages(findings: readonly Finding[]): Omit<Finding, "message">[] {
  return findings.map(({ path, line, rule }) => ({ path, line, rule }));
}

async function writeWorkspace(directory: string, { protos, rules = {}, options = {}, others = {} }: Workspace) {
  const used = { use: ["LRO"], ...rules };
  const config = {
    version: "v2",
    modules: [{ path: "protos" }, { path: "googleapis" }],
    lint: used,
    breaking: used,
    plugins: [{ plugin: "buf-plugin-lro", options }],
  };
  await writeFiles(directory, { "buf.yaml": JSON.stringify(config), ...others });
  await writeFiles(join(directory, "protos"), protos);
  await symlink(join(root, "proto"), join(directory, "googleapis"), "junction");
}

async function findingsOf(directory: string, ...args: string[]): Promise<Finding[]> {
  const bins = join(directory, "bins");
  await mkdir(bins);
  await symlink(checkBin, join(bins, "buf-plugin-lro"));
  const env = { PATH: [bins, process.env.PATH].join(delimiter) };
  const { stdout, stderr, exitCode } = await runBuf([...args, "--error-format=json"], { cwd: directory, env });
  // It ends with 100 where it has findings.
  if (exitCode !== 0 && exitCode !== 100) {
    throw new Error(stderr);
  }
  const output = String(stdout);
  const findings = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .map(({ path, start_line, type, message }) => ({
      path: path.replace(/^protos\//, ""),
      line: start_line,
      rule: type,
      message,
    }));
  if (findings.some(({ rule }) => rule === "COMPILE")) {
    throw new Error(`the protos do not compile:\n${output}`);
  }
  return findings;
}

async function inDirectory<T>(run: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "workspace-"));
  try {
    return await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
