import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const generated = "./gen/acme/library/v1/library_lro";

/** A user's project, which does not declare that its modules have no side effects. */
let project = "";

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "bundle-"));
  cpSync(join(root, "testdata/gen"), join(project, "gen"), { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  mkdirSync(join(project, "node_modules"));
  for (const [name, target] of [
    ["protoc-gen-ts-lro", root],
    ["@bufbuild", join(root, "node_modules/@bufbuild")],
    ["@connectrpc", join(root, "node_modules/@connectrpc")],
  ] as const) {
    symlinkSync(target, join(project, "node_modules", name), "junction");
  }
});
afterAll(() => rmSync(project, { recursive: true }));

test("a client includes no code of the server", async () => {
  const { modules, code } = await bundle(`
    import { createLibraryServiceClient } from "${generated}.js";
    console.log(createLibraryServiceClient);
  `);
  expect(modules).toContain("dist/client/client.js");
  expect(modules.filter((path) => path.startsWith("dist/server/"))).toEqual([]);
  expect(code).not.toContain("implementLibraryService");
});

test("a client leaves out the parts that it does not import", async () => {
  const { modules } = await bundle(`
    import { createLibraryServiceClient } from "${generated}.js";
    import { OperationError } from "protoc-gen-ts-lro/client";
    console.log(createLibraryServiceClient, OperationError);
  `);
  const optional = ["operations-client", "progress", "routing-headers", "typed-operation", "wait-all"];
  expect(modules.filter((path) => optional.some((part) => path === `dist/client/${part}.js`))).toEqual([]);
  const entries = /^dist\/(gen\/google\/api|google-cloud|operation\/registry|tanstack-query)/;
  expect(modules.filter((path) => entries.test(path))).toEqual([]);
});

test("an implementation includes no code of the client", async () => {
  const { modules, code } = await bundle(`
    import { implementLibraryService } from "${generated}.js";
    console.log(implementLibraryService);
  `);
  expect(modules).toContain("dist/server/implementation.js");
  expect(modules.filter((path) => path.startsWith("dist/client/"))).toEqual([]);
  expect(code).not.toContain("createLibraryServiceClient");
});

test("an unpack function includes neither, and only the error and codes of Connect", async () => {
  const { modules } = await bundle(`
    import { unpackLibraryService_CreateBook } from "${generated}.js";
    console.log(unpackLibraryService_CreateBook);
  `);
  expect(modules).toContain("dist/operation/snapshot.js");
  expect(modules.filter((path) => /^dist\/(client|server)\//.test(path))).toEqual([]);
  expect(modules.filter((path) => /@connectrpc\/(?!.*\/(connect-error|code|code-string)\.js$)/.test(path))).toEqual([]);
});

test("an unused generated file adds no code", async () => {
  const { code } = await bundle(`import "${generated}.js";`);
  expect(code).toBe("");
});

/** Bundles a module and returns the code with the paths of the modules that contribute to it. */
async function bundle(source: string): Promise<{ code: string; modules: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: project },
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    minifyWhitespace: true,
    metafile: true,
    write: false,
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return {
    code: outputFiles.map(({ text }) => text).join(""),
    modules: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path),
  };
}
