/*
 * Google's Java client, which a program in test/java-gax runs. Its results are recorded, because few machines have Java.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./repository.ts";

const folder = join(root, "test/java-gax");

/** The recorded result of each situation, by its text. */
export function recordedJavaResults(): Record<string, string> {
  return JSON.parse(readFileSync(javaResultsPath, "utf8"));
}

export const javaResultsPath: string = join(root, "testdata/differences-java.json");

/** Returns why the program cannot run on this machine, or `undefined` if it can. */
export function javaProblem(): string | undefined {
  for (const [command, option] of [
    ["java", "-version"],
    ["mvn", "-version"],
  ] as const) {
    try {
      execFileSync(command, [option], { stdio: "ignore" });
    } catch {
      return `${command} is not installed`;
    }
  }
  return undefined;
}

/** Runs actions of callers on a server, and returns their results in the same order. */
export async function runJava(port: number, actions: readonly string[]): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), "java-gax-"));
  try {
    const classPath = join(directory, "class-path");
    const goal = "org.apache.maven.plugins:maven-dependency-plugin:2.8:build-classpath";
    await run("mvn", ["--batch-mode", "--quiet", goal, `-Dmdep.outputFile=${classPath}`]);
    const input = actions.map((action, index) => `${index}\t${action}\n`).join("");
    const program = ["-cp", readFileSync(classPath, "utf8"), "Differences.java", `${port}`];
    const lines = (await run("java", program, input)).trim().split("\n");
    const results = new Map(lines.map((line) => line.split("\t") as [string, string]));
    return actions.map((_, index) => results.get(`${index}`) ?? "no result");
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(command: string, options: string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, options, { cwd: folder }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
    child.stdin?.end(input);
  });
}
