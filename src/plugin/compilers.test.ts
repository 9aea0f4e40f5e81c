import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFiles } from "../../test/compile.ts";
import { bin } from "../../test/run-bin.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

// Neither of the services imports the types beside it, and shelf.proto writes the option in parts.
const protos = {
  "acme/library/v1/library.proto": `syntax = "proto3";
package acme.library.v1;
import "google/longrunning/operations.proto";
service Library {
  rpc CreateBook(Request) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info) = { response_type: "Book" metadata_type: "Metadata" };
  }
  rpc PrintBook(Request) returns (google.longrunning.Operation);
}
message Request {}
`,
  "acme/library/v1/types.proto": `syntax = "proto3";
package acme.library.v1;
message Book {}
message Metadata {}
`,
  "acme/shelf/v1/shelf.proto": `syntax = "proto3";
package acme.shelf.v1;
import "google/longrunning/operations.proto";
service Shelves {
  rpc CreateShelf(Request) returns (google.longrunning.Operation) {
    option (google.longrunning.operation_info).response_type = "Shelf";
    option (google.longrunning.operation_info).metadata_type = "Shelf.Metadata";
  }
}
message Request {}
`,
  "acme/shelf/v1/types.proto": `syntax = "proto3";
package acme.shelf.v1;
message Shelf {
  message Metadata {}
}
`,
};
const emitted = ["acme/library/v1/library_lro.ts", "acme/shelf/v1/shelf_lro.ts"];
const note =
  "protoc-gen-ts-lro: acme/library/v1/library.proto:8:3: rpc acme.library.v1.Library.PrintBook: " +
  "returns google.longrunning.Operation without operation_info. It stays a plain rpc. ";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "compilers-"));
  await writeFiles(join(directory, "protos"), protos);
  await symlink(join(root, "proto"), join(directory, "imports"), "junction");
});
afterEach(() => rm(directory, { recursive: true }));

/** Reads what was emitted. */
async function readGenerated(folder: string): Promise<Record<string, string>> {
  const paths = (await readdir(join(directory, folder), { recursive: true })).filter((path) => path.endsWith(".ts"));
  const read = async (path: string): Promise<[string, string]> => [
    path.replaceAll("\\", "/"),
    await readFile(join(directory, folder, path), "utf8"),
  ];
  return Object.fromEntries(await Promise.all(paths.sort().map(read)));
}

describe("buf generate", () => {
  it.each(["directory", "all"])("runs the plugin, with strategy %s", async (strategy) => {
    const { stdout, stderr } = await generate(strategy);
    expect(stdout).toBe("");
    expect(stderr).toContain(note);
    const files = await readGenerated("gen");
    expect(Object.keys(files)).toEqual(emitted);
    expect(files[emitted[0] as string]).toContain("createBook: LroMethod<typeof BookSchema, typeof MetadataSchema>;");
    expect(files[emitted[1] as string]).toContain(
      "createShelf: LroMethod<typeof ShelfSchema, typeof Shelf_MetadataSchema>;",
    );
  });

  it("reports mistakes, and writes nothing", async () => {
    await writeFiles(join(directory, "protos"), {
      "acme/shelf/v1/types.proto": 'syntax = "proto3"; package acme.shelf.v1; message Shelves2 {}',
    });
    const { stderr, code } = await generate("all").catch((error) => error);
    expect(stderr).toContain(
      'acme/shelf/v1/shelf.proto:6:5: rpc acme.shelf.v1.Shelves.CreateShelf: response_type "Shelf" is not found.',
    );
    expect(stderr).toContain(
      'acme/shelf/v1/shelf.proto:7:5: rpc acme.shelf.v1.Shelves.CreateShelf: metadata_type "Shelf.Metadata" is not found.',
    );
    expect(code).not.toBe(0);
    expect(existsSync(join(directory, "gen"))).toBe(false);
  });

  it("passes on that an option is not known", async () => {
    const { stderr } = await generate("all", "targets=ts").catch((error) => error);
    expect(stderr).toContain('protoc-gen-ts-lro: invalid option "targets=ts": there is no option "targets".');
    expect(stderr).not.toContain("    at ");
  });

  async function generate(strategy: string, opt = "target=ts"): Promise<{ stdout: string; stderr: string }> {
    const template = { version: "v2", plugins: [{ local: bin, out: "gen", opt, strategy }] };
    const config = { version: "v2", modules: [{ path: "protos" }, { path: "imports" }] };
    return promisify(execFile)(
      process.execPath,
      [
        join(root, "node_modules/@bufbuild/buf/bin/buf"),
        ...["generate", "--config", JSON.stringify(config), "--template", JSON.stringify(template)],
        ...["--path", "protos/acme"],
      ],
      { cwd: directory },
    );
  }
});

describe("protoc", () => {
  const isMissing = spawnSync("protoc", ["--version"]).error !== undefined;
  if (isMissing) {
    console.warn("protoc is not installed: the tests that run it are skipped.");
  }
  beforeEach(({ skip }) => skip(isMissing, "protoc is not installed"));

  it("runs the plugin", async () => {
    const { stderr } = await generate(Object.keys(protos));
    expect(stderr).toContain(note);
    const files = await readGenerated("gen");
    expect(Object.keys(files)).toEqual(emitted);
    expect(files[emitted[0] as string]).toContain("createBook: LroMethod<typeof BookSchema, typeof MetadataSchema>;");
    expect(files[emitted[1] as string]).toContain(
      "createShelf: LroMethod<typeof ShelfSchema, typeof Shelf_MetadataSchema>;",
    );
  });

  it("leaves out what a single file does not import, and the plugin says what to do", async () => {
    const { stderr, code } = await generate(["acme/library/v1/library.proto"]).catch((error) => error);
    expect(stderr).toContain(
      "--ts-lro_out: acme/library/v1/library.proto:6:5: rpc acme.library.v1.Library.CreateBook: " +
        'response_type "Book" is not found. If the name is right, import the file that declares it, or generate its ' +
        "whole directory in one run.",
    );
    expect(stderr).toContain('metadata_type "Metadata" is not found.');
    expect(code).toBe(1);
    expect(await readGenerated("gen")).toEqual({});
  });

  it("passes on that an option is not known", async () => {
    const { stderr } = await generate(Object.keys(protos), "targets=ts").catch((error) => error);
    expect(stderr).toContain('protoc-gen-ts-lro: invalid option "targets=ts": there is no option "targets".');
    expect(stderr).not.toContain("    at ");
  });

  async function generate(paths: string[], opt = "target=ts"): Promise<{ stdout: string; stderr: string }> {
    await mkdir(join(directory, "gen"));
    return promisify(execFile)(
      "protoc",
      [
        ...["-I", "protos", "-I", "imports", `--plugin=protoc-gen-ts-lro=${bin}`],
        ...["--ts-lro_out=gen", `--ts-lro_opt=${opt}`],
        ...paths,
      ],
      { cwd: directory },
    );
  }
});
