import { join } from "node:path";
import { runProgram } from "./program.ts";
import { root } from "./repository.ts";

/** Type-checks a project and returns the compiler's output, which is empty if there are no errors. */
export async function runTsc(project: string, compiler = "typescript"): Promise<string> {
  const { stdout, stderr } = await runProgram(join(root, "node_modules", compiler, "bin/tsc"), {
    args: ["-p", project],
  });
  return `${stdout}${stderr}`;
}
