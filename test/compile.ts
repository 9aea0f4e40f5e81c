/*
 * Compiles protos that tests contain as text and encodes requests for the plugin.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { buildImage } from "./buf.ts";
import { cached, root } from "./repository.ts";

/**
 * Compiles protos, given by path, and their imports with buf. Caches the result between runs.
 *
 * @param paths The protos to compile. Default: all.
 */
export async function compile(
  protos: Readonly<Record<string, string>>,
  paths: readonly string[] = Object.keys(protos),
): Promise<FileDescriptorSet> {
  const made = createHash("sha256").update(JSON.stringify([protos, paths, await importable()]));
  const image = await cached(`compiled/${made.digest("hex")}.binpb`, ["@bufbuild/buf"], async (path) => {
    await writeFile(path, await build(protos, paths));
  });
  return fromBinary(FileDescriptorSetSchema, await readFile(image));
}

/** Returns the contents of the files that the protos can import. */
async function importable(): Promise<string[]> {
  const folder = join(root, "proto");
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".proto"));
  return Promise.all(files.sort().map((path) => readFile(join(folder, path), "utf8")));
}

async function build(protos: Readonly<Record<string, string>>, paths: readonly string[]): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), "compile-"));
  try {
    await writeFiles(join(directory, "protos"), protos);
    await symlink(join(root, "proto"), join(directory, "imports"), "junction");
    const modules = [{ path: "protos" }, { path: "imports" }];
    return await buildImage(
      modules,
      paths.map((path) => `protos/${path}`),
      directory,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Compiles protos and encodes a request for a plugin to generate code for them. */
export async function compileRequest(
  protos: Readonly<Record<string, string>>,
  parameter = "target=ts",
  paths: readonly string[] = Object.keys(protos),
): Promise<Uint8Array> {
  return encodeRequest(await compile(protos, paths), paths, parameter);
}

/** Encodes a request for a plugin to generate code for the given files of a set. */
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
