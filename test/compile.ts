/*
 * Requests of tests, from protos written in them.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { root } from "./repository.ts";

/**
 * Compiles protos with buf: some of those given, by path, and what they import. All of them by default.
 */
export async function compile(
  protos: Readonly<Record<string, string>>,
  paths: readonly string[] = Object.keys(protos),
): Promise<FileDescriptorSet> {
  const directory = await mkdtemp(join(tmpdir(), "compile-"));
  try {
    await writeFiles(join(directory, "protos"), protos);
    await symlink(join(root, "proto"), join(directory, "imports"), "junction");
    const config = { version: "v2", modules: [{ path: "protos" }, { path: "imports" }] };
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        join(root, "node_modules/@bufbuild/buf/bin/buf"),
        ...["build", "--config", JSON.stringify(config), "--as-file-descriptor-set", "-o", "-"],
        ...paths.flatMap((path) => ["--path", `protos/${path}`]),
      ],
      { cwd: directory, encoding: "buffer" },
    );
    return fromBinary(FileDescriptorSetSchema, stdout);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Compiles protos to an encoded request for a plugin to generate code for them. */
export async function compileRequest(
  protos: Readonly<Record<string, string>>,
  parameter = "target=ts",
  paths: readonly string[] = Object.keys(protos),
): Promise<Uint8Array> {
  return encodeRequest(await compile(protos, paths), paths, parameter);
}

/** Encodes a request for a plugin to generate code for some files of a set. */
export function encodeRequest(
  set: Pick<FileDescriptorSet, "file">,
  paths: readonly string[],
  parameter: string,
): Uint8Array {
  const request = create(CodeGeneratorRequestSchema, { protoFile: set.file, fileToGenerate: [...paths], parameter });
  return toBinary(CodeGeneratorRequestSchema, request);
}

/** Writes files, given by path, into a directory. */
export async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}
