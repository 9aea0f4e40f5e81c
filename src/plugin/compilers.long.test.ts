import { execFile, spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { compilerProject, emitted, note, protos } from "../../test/compiler-project.ts";
import { bin } from "../../test/run-bin.ts";

const project = compilerProject();

describe("protoc", () => {
  const isMissing = spawnSync("protoc", ["--version"]).error !== undefined;
  if (isMissing) {
    console.warn("protoc is not installed, so the tests that run it are skipped.");
  }
  beforeEach(({ skip }) => skip(isMissing, "protoc is not installed"));

  it("runs the plugin", async () => {
    const { stderr } = await generate(Object.keys(protos));
    expect(stderr).toContain(note);
    const files = await project.readGenerated();
    expect(Object.keys(files)).toEqual(emitted);
    expect(files[emitted[0] as string]).toMatch(/createBook: LroMethod<\w+, Book, Metadata>;/);
    expect(files[emitted[1] as string]).toMatch(/createShelf: LroMethod<\w+, Shelf, Shelf_Metadata>;/);
  });

  it("omits types that a single file does not import, and the plugin reports the fix", async () => {
    const { stderr, code } = await generate(["acme/library/v1/library.proto"]).catch((error) => error);
    expect(stderr).toContain(
      "--ts-lro_out: acme/library/v1/library.proto:6:5: rpc acme.library.v1.Library.CreateBook: " +
        'response_type "Book" not found. If the name is correct, import the file that declares it, or generate its ' +
        "whole directory in one run.",
    );
    expect(stderr).toContain('metadata_type "Metadata" not found.');
    expect(code).toBe(1);
    expect(await project.readGenerated()).toEqual({});
  });

  it("prints the plugin's error about an unknown option", async () => {
    const { stderr } = await generate(Object.keys(protos), "targets=ts").catch((error) => error);
    expect(stderr).toContain('protoc-gen-ts-lro: invalid option "targets=ts": unknown option "targets".');
    expect(stderr).not.toContain("    at ");
  });

  async function generate(paths: string[], opt = "target=ts"): Promise<{ stdout: string; stderr: string }> {
    await mkdir(join(project.directory(), "gen"));
    return promisify(execFile)(
      "protoc",
      [
        ...["-I", "protos", "-I", "imports", `--plugin=protoc-gen-ts-lro=${bin}`],
        ...["--ts-lro_out=gen", `--ts-lro_opt=${opt}`],
        ...paths,
      ],
      { cwd: project.directory() },
    );
  }
});
