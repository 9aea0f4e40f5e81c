import { join } from "node:path";
import { type ProgramOptions, type Run, runProgram } from "./program.ts";
import { root } from "./repository.ts";

/** Runs buf. */
export function runBuf(args: readonly string[], options?: Omit<ProgramOptions, "args">): Promise<Run> {
  return runProgram(join(root, "node_modules/@bufbuild/buf/bin/buf"), { ...options, args });
}

/** A module of a workspace, as in buf.yaml. */
export interface BufModule {
  readonly path: string;
  readonly excludes?: readonly string[];
}

/**
 * Compiles the protos of modules to an encoded FileDescriptorSet.
 *
 * @param paths Files and folders to compile, as for buf's `--path`. Default: all.
 * @param cwd Default: the root of the repository.
 * @throws Error with buf's output if buf fails.
 */
export async function buildImage(
  modules: readonly BufModule[],
  paths: readonly string[] = [],
  cwd: string = root,
): Promise<Uint8Array> {
  const config = JSON.stringify({ version: "v2", modules });
  const args = ["build", "--config", config, "--as-file-descriptor-set", "-o", "-"];
  const { stdout, stderr, exitCode } = await runBuf([...args, ...paths.flatMap((path) => ["--path", path])], { cwd });
  if (exitCode !== 0) {
    throw new Error(stderr);
  }
  return stdout;
}
