/*
 * The golden cases. Each folder of testdata/cases is a case, which covers one aspect of the generated code:
 *
 *   *.proto  the protos to compile, next to other files that the options name
 *   options  the plugin's parameter
 *   files    the protos to generate code for, one per line; default: all
 *   gen/     the expected output; error.txt is the error in the response, notes.txt is the output on stderr
 *
 * `npm run generate` regenerates gen/.
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

/** Compiles the request for a case. */
export function compileCase({ protos, files, options }: GoldenCase): Promise<Uint8Array> {
  return compileRequest(protos, options, files);
}

/** Runs the plugin on the request for a case and returns the expected contents of gen/. */
export async function runCase(request: Uint8Array): Promise<Files> {
  const { stdout, stderr } = await runBin(request);
  const { file, error } = fromBinary(CodeGeneratorResponseSchema, stdout);
  return {
    ...Object.fromEntries(file.map(({ name, content }) => [name, content])),
    ...(error === "" ? {} : { "error.txt": `${error}\n` }),
    ...(stderr === "" ? {} : { "notes.txt": stderr }),
  };
}

/** Returns the contents of gen/. */
export function readGolden({ name }: GoldenCase): Files {
  const gen = join(folder, name, "gen");
  return existsSync(gen) ? readFiles(gen) : {};
}

/** Regenerates gen/ of all cases. */
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
