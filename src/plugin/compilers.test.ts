import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runBuf } from "../../test/buf.ts";
import { writeFiles } from "../../test/compile.ts";
import { compilerProject, emitted, note } from "../../test/compiler-project.ts";
import type { Run } from "../../test/program.ts";
import { bin } from "../../test/run-bin.ts";

const project = compilerProject();

describe("buf generate", () => {
  it.each(["directory", "all"])("runs the plugin, with strategy %s", async (strategy) => {
    const { stdout, stderr } = await generate(strategy);
    expect(String(stdout)).toBe("");
    expect(stderr).toContain(note);
    const files = await project.readGenerated();
    expect(Object.keys(files)).toEqual(emitted);
    expect(files[emitted[0] as string]).toMatch(/createBook: LroMethod<\w+, Book, Metadata>;/);
    expect(files[emitted[1] as string]).toMatch(/createShelf: LroMethod<\w+, Shelf, Shelf_Metadata>;/);
  });

  it("reports errors and writes no files", async () => {
    await writeFiles(join(project.directory(), "protos"), {
      "acme/shelf/v1/types.proto": 'syntax = "proto3"; package acme.shelf.v1; message Shelves2 {}',
    });
    const { stderr, exitCode } = await generate("all");
    expect(stderr).toContain(
      'acme/shelf/v1/shelf.proto:6:5: rpc acme.shelf.v1.Shelves.CreateShelf: response_type "Shelf" not found.',
    );
    expect(stderr).toContain(
      'acme/shelf/v1/shelf.proto:7:5: rpc acme.shelf.v1.Shelves.CreateShelf: metadata_type "Shelf.Metadata" not found.',
    );
    expect(exitCode).not.toBe(0);
    expect(existsSync(join(project.directory(), "gen"))).toBe(false);
  });

  it("prints the plugin's error about an unknown option", async () => {
    const { stderr } = await generate("all", "targets=ts");
    expect(stderr).toContain('protoc-gen-ts-lro: invalid option "targets=ts": unknown option "targets".');
    expect(stderr).not.toContain("    at ");
  });

  function generate(strategy: string, opt = "target=ts"): Promise<Run> {
    const local = process.platform === "win32" ? [process.execPath, bin] : bin;
    const template = { version: "v2", plugins: [{ local, out: "gen", opt, strategy }] };
    const config = { version: "v2", modules: [{ path: "protos" }, { path: "imports" }] };
    const args = ["generate", "--config", JSON.stringify(config), "--template", JSON.stringify(template)];
    return runBuf([...args, "--path", "protos/acme"], { cwd: project.directory() });
  }
});
