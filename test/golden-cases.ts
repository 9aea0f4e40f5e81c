/*
 * The golden cases: a folder of testdata/cases each, with what shows one thing about the emitted code.
 *
 *   *.proto  what to compile, and what else the options name
 *   options  the plugin's parameter
 *   files    which of the protos to generate code for, one a line, as protoc would be given them; all by default
 *   gen/     what the plugin emits; error.txt is the error of its response, notes.txt what it prints
 *
 * `npm run generate` writes gen/ anew.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorResponseSchema } from "@bufbuild/protobuf/wkt";
import { compileRequest, writeFiles } from "./compile.ts";
import { runBin } from "./run-bin.ts";

const folder = fileURLToPath(new URL("../testdata/cases/", import.meta.url));

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

export interface GoldenCase {
  readonly name: string;
  readonly protos: Files;
  readonly files: readonly string[];
  readonly options: string;
}

export function readCases(): GoldenCase[] {
  return readdirSync(folder).map((name) => {
    const { options = "", files, ...rest } = readFiles(join(folder, name));
    const protos = Object.fromEntries(Object.entries(rest).filter(([path]) => path.endsWith(".proto")));
    return { name, protos, files: files?.trim().split("\n") ?? Object.keys(protos), options: options.trim() };
  });
}

/** Returns the request for a case. */
export function compileCase({ protos, files, options }: GoldenCase): Promise<Uint8Array> {
  return compileRequest(protos, options, files);
}

/** Returns what the plugin makes of the request for a case: what gen/ is to hold. */
export async function runCase(request: Uint8Array): Promise<Files> {
  const { stdout, stderr } = await runBin(request);
  const { file, error } = fromBinary(CodeGeneratorResponseSchema, stdout);
  return {
    ...Object.fromEntries(file.map(({ name, content }) => [name, content])),
    ...(error === "" ? {} : { "error.txt": `${error}\n` }),
    ...(stderr === "" ? {} : { "notes.txt": stderr }),
  };
}

/** Returns what gen/ holds. */
export function readGolden({ name }: GoldenCase): Files {
  const gen = join(folder, name, "gen");
  return existsSync(gen) ? readFiles(gen) : {};
}

/** Writes gen/ anew for all cases. */
export async function generateCases(): Promise<void> {
  for (const golden of readCases()) {
    const files = await runCase(await compileCase(golden));
    const gen = join(folder, golden.name, "gen");
    rmSync(gen, { recursive: true, force: true });
    await writeFiles(gen, files);
  }
}

function readFiles(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(join(directory, "/").length).replaceAll("\\", "/"), readFileSync(path, "utf8")]),
  );
}
