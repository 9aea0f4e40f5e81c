/*
 * Workspaces that use the check plugin like a user's, on which tests run buf lint and buf breaking.
 */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runBuf } from "./buf.ts";
import { writeFiles } from "./compile.ts";
import { root } from "./repository.ts";

/** The check plugin as it is published. `npm run build` builds it. */
export const checkBin: string = join(root, "dist/bin/buf-plugin-lro.cjs");

/** A finding that buf reports. */
export interface Finding {
  readonly path: string;
  /** The line number, from 1. */
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

export interface Workspace {
  readonly protos: Files;
  /** The rules and categories to use, and those to exclude. Default: use the category LRO. */
  readonly rules?: { readonly use?: readonly string[]; readonly except?: readonly string[] };
  /** The options of the plugin. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Files next to the directory of the protos. */
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
 * Returns the findings that protos expect: a line that breaks rules names them in a comment at its end, such as
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

/** Removes the messages, for comparison with `markedFindings`. */
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
  // buf exits with 100 if there are findings.
  if (exitCode !== 0 && exitCode !== 100) {
    throw new Error(stderr);
  }
  const output = String(stdout);
  const findings = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
    .map(({ path, start_line, type, message }) => ({
      // A finding about a service YAML file has no path.
      path: path?.replace(/^protos\//, "") ?? "",
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
