import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema } from "@bufbuild/protobuf/wkt";
import type { Plugin } from "@bufbuild/protoplugin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFiles } from "../../test/compile.ts";
import { compileCase, type Files, type GoldenCase, readCases, readGolden, runCase } from "../../test/golden-cases.ts";
import { runProgram } from "../../test/program.ts";
import { root } from "../../test/repository.ts";
import { runTsc } from "../../test/tsc.ts";

const cases = readCases();
const emitting = cases.filter((golden) => !("error.txt" in readGolden(golden)));
const requests = new Map<GoldenCase, Promise<Uint8Array>>();

/** Compiles each case once. */
function requestOf(golden: GoldenCase): Promise<Uint8Array> {
  const request = requests.get(golden) ?? compileCase(golden);
  requests.set(golden, request);
  return request;
}

describe("the built plugin", () => {
  it.concurrent.each(cases)("generates the checked-in code: $name", async (golden) => {
    expect(await runCase(await requestOf(golden))).toEqual(readGolden(golden));
  });
});

describe("generated code", () => {
  let directory: string;
  const folder = (name: string): string => join(directory, name);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "cases-"));
    for (const golden of emitting) {
      await writeFiles(folder(golden.name), protobufEs(await requestOf(golden)));
      await writeFiles(folder(golden.name), readGolden(golden));
    }
    await linkPackages({
      "@bufbuild/protobuf": join(root, "node_modules/@bufbuild/protobuf"),
      "@connectrpc/connect": join(root, "node_modules/@connectrpc/connect"),
      "protoc-gen-ts-lro": root,
      "@acme/progress": folder("rewrite-imports"),
    });
  }, 60_000);
  afterAll(() => rm(directory, { recursive: true }));

  async function linkPackages(packages: Files): Promise<void> {
    for (const [name, target] of Object.entries(packages)) {
      const link = join(directory, "node_modules", name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(target, link, "junction");
    }
  }

  it("type-checks together with the code of protoc-gen-es", async () => {
    const compilerOptions = {
      module: "ESNext",
      moduleResolution: "Bundler",
      types: [],
      // Otherwise the generated .d.ts files are not checked.
      skipLibCheck: false,
    };
    await writeFiles(directory, {
      "tsconfig.json": JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, include: ["."] }),
    });
    expect(await runTsc(directory)).toBe("");
  });

  it("has the same exports in .d.ts and .js", () => {
    const { "library_lro.js": js = "", "library_lro.d.ts": dts = "" } = readGolden(caseNamed("target-all"));
    const exported = Array.from(js.matchAll(/^export (const|function) (\w+)/gm), ([, keyword, name]) => [
      keyword,
      name,
    ]);
    const declared = dts.matchAll(/^export declare (const|function) (\w+)/gm);
    expect(exported).not.toEqual([]);
    expect(Array.from(declared, ([, keyword, name]) => [keyword, name])).toEqual(exported);
  });

  describe.each(nodes())("in %s", (_, node) => {
    it.each([
      ["as a module", "target-js", "module", "createBook", "createBook"],
      ["as CommonJS", "legacy-commonjs", "commonjs", "createBook", "createBook"],
      ["with a method that makes a client look like a promise", "rpc-named-then", "module", "then", "then$"],
    ])("loads %s", async (_, name, type, method, call) => {
      const load = (names: string, module: string): string =>
        type === "module" ? `import { ${names} } from "${module}";` : `const { ${names} } = require("${module}");`;
      await writeFiles(folder(name), {
        "package.json": JSON.stringify({ type }),
        "start.js": `
          ${load("createRouterTransport", "@connectrpc/connect")}
          ${load("LibraryService", "./library_pb.js")}
          ${load("createLibraryServiceClient, implementLibraryService", "./library_lro.js")}
          const impl = implementLibraryService({ ${method}: () => ({ name: "operations/1" }) });
          const transport = createRouterTransport(({ service }) => service(LibraryService, impl));
          createLibraryServiceClient(transport).${call}({}).then(({ name }) => console.log(name));`,
      });
      const { stdout } = await runProgram("start.js", { node, cwd: folder(name) });
      expect(String(stdout)).toBe("operations/1\n");
    });
  });
});

function caseNamed(wanted: string): GoldenCase {
  const golden = cases.find(({ name }) => name === wanted);
  expect(golden, wanted).toBeDefined();
  return golden as GoldenCase;
}

/** Returns the versions of Node.js on the path, with their paths. */
function nodes(): [string, string][] {
  const found = [process.execPath, ...(process.env.PATH ?? "").split(delimiter).map((entry) => join(entry, "node"))]
    .filter((path) => existsSync(path))
    .map((path): [string, string] => [execFileSync(path, ["--version"], { encoding: "utf8" }).trim(), path]);
  return [...new Map(found)];
}

/** Runs protoc-gen-es on the request for a case and for the imports of its protos. */
function protobufEs(request: Uint8Array): Files {
  const { protocGenEs }: { protocGenEs: Plugin } = createRequire(import.meta.url)(
    join(root, "node_modules/@bufbuild/protoc-gen-es/dist/cjs/src/protoc-gen-es-plugin.js"),
  );
  const decoded = fromBinary(CodeGeneratorRequestSchema, request);
  decoded.fileToGenerate = decoded.protoFile
    .map(({ name }) => name)
    .filter((name) => !name.startsWith("google/protobuf/"));
  decoded.parameter = decoded.parameter.replace(/,(emit|strict|service_yaml)=[^,]+/g, "");
  return Object.fromEntries(protocGenEs.run(decoded).file.map(({ name, content }) => [name, content]));
}
