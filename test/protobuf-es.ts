/*
 * The output of protoc-gen-es for googleapis, which the plugin's output imports.
 */
import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorResponseSchema } from "@bufbuild/protobuf/wkt";
import { encodeRequest, type ProtoFile, packages } from "./googleapis.ts";
import { cached, root } from "./repository.ts";

/** The directory with the files of protoc-gen-es, and a function that reads one of them. */
export interface ProtobufEsOutput {
  readonly directory: string;
  read(path: string): string;
}

/**
 * Generates TypeScript with protoc-gen-es, in a child process. For the files that the long-running methods of
 * googleapis need, this takes about 30 seconds, so the result is cached between runs.
 */
export async function protobufEsOutput(
  toGenerate: readonly ProtoFile[],
  files: ReadonlyMap<string, ProtoFile>,
): Promise<ProtobufEsOutput> {
  const request = encodeRequest(toGenerate, files, "target=ts,import_extension=js");
  const name = `protoc-gen-es-${hash("sha1", request).slice(0, 12)}`;
  const directory = await cached(name, packages, async (unfinished) => {
    mkdirSync(unfinished);
    const { file } = fromBinary(CodeGeneratorResponseSchema, await runProtobufEs(request, unfinished));
    writeFiles(
      unfinished,
      file.map(({ name, content }) => [name, content]),
    );
  });
  return { directory, read: (path) => readFileSync(join(directory, path), "utf8") };
}

/** Writes files into a directory, together with a package.json that makes them ES modules. */
export function writeFiles(directory: string, files: Iterable<readonly [path: string, content: string]>): void {
  for (const [path, content] of [["package.json", '{ "type": "module" }'] as const, ...files]) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
}

/** Redirects stdin and stdout to files, so that the process does not have to wait for a busy test. */
async function runProtobufEs(request: Uint8Array, directory: string): Promise<Uint8Array> {
  const [input, output] = [join(directory, "request.binpb"), join(directory, "response.binpb")];
  writeFileSync(input, request);
  const [stdin, stdout] = [openSync(input, "r"), openSync(output, "w")];
  const child = spawn(process.execPath, [join(root, "node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es")], {
    stdio: [stdin, stdout, "inherit"],
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  closeSync(stdin);
  closeSync(stdout);
  if (code !== 0) {
    throw new Error(`protoc-gen-es exited with ${code}`);
  }
  const response = readFileSync(output);
  rmSync(input);
  rmSync(output);
  return response;
}
