/*
 * Generates the code for the examples. The code for Google's APIs is large, so examples/gen/google is not checked in; the
 * build generates it.
 */
import { execFileSync } from "node:child_process";
import { delimiter, resolve } from "node:path";

/** Generates the code configured in examples/buf.gen.yaml, or only some of its paths, with the plugin in dist. */
export function generateExamples(output: string, paths: readonly string[] = []): void {
  const template = ["--config", "examples/buf.yaml", "--template", "examples/buf.gen.yaml"];
  const args = ["generate", ...template, "--output", output, ...paths.flatMap((path) => ["--path", path])];
  // So that buf finds protoc-gen-es.
  const env = { ...process.env, PATH: [resolve("node_modules/.bin"), process.env.PATH].join(delimiter) };
  execFileSync("node_modules/.bin/buf", args, { stdio: "inherit", env });
}

/** Generates examples/gen/google. */
export function generateGoogleExamples(): void {
  generateExamples("examples", [
    "node_modules/@google-cloud/redis/build/protos/google/cloud/redis/v1",
    "node_modules/google-gax/build/protos/google/rpc/error_details.proto",
  ]);
}
