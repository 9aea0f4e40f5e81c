/*
 * The allowed dependencies between the parts of the repository.
 */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ts } from "ts-morph";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Other parts, or modules in them, from which each part of src can import. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  gen: [],
  descriptor: ["gen"],
  plugin: ["descriptor", "gen"],
  check: ["descriptor", "gen"],
  operation: ["gen"],
  client: ["operation", "gen"],
  server: ["operation", "gen"],
  engine: ["server/engine.ts", "server/handler.ts", "server/operation-store.ts"],
  testing: [
    "operation",
    "gen",
    "client/clock.ts",
    "server/handler.ts",
    "server/interruption.ts",
    "server/operation-init.ts",
    "server/result.ts",
  ],
  "tanstack-query": ["client/operation.ts", "client/progress.ts"],
  "google-cloud": ["client/routing-headers.ts"],
  "codegenv1.ts": ["client", "operation", "server", "gen"],
  "longrunning.ts": ["gen"],
};

/** Packages that only the given parts can import. */
const owners: Readonly<Record<string, readonly string[]>> = {
  "pg-boss": ["engine"],
  pg: ["engine"],
  "@electric-sql/pglite": ["engine"],
  "@bufbuild/protoplugin": ["plugin"],
  "google-auth-library": ["google-cloud"],
  yaml: ["descriptor"],
};

/** An import in a module of a folder. Modules have their path in the folder, packages the name that is imported. */
interface Import {
  readonly from: string;
  readonly to: string;
}

const modules = modulesIn("src").filter((path) => !/\.test(-d)?\.ts$/.test(path));
const imports = modules.flatMap((path) => importsOf("src", path));

function modulesIn(folder: string): string[] {
  return globSync("**/*.ts", { cwd: `${root}${folder}` }).map((path) => path.replaceAll("\\", "/"));
}

function importsOf(folder: string, from: string): Import[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(`${root}${folder}/${from}`, "utf8"), true, true);
  return importedFiles.map(({ fileName }) => ({
    from,
    to: fileName.startsWith(".") ? posix.join(posix.dirname(from), fileName) : fileName,
  }));
}

const partOf = (path: string): string => path.slice(0, `${path}/`.indexOf("/"));
const isIn = (path: string, parts: readonly string[]): boolean =>
  parts.some((part) => path === part || path.startsWith(`${part}/`));

test("the table contains each part of src", () => {
  expect([...new Set(modules.map(partOf))].sort()).toEqual(Object.keys(arrows).sort());
});

test.each(Object.entries(arrows))("%s imports only from itself and %j in src", (part, allowed) => {
  const within = imports.filter(({ from, to }) => partOf(from) === part && modules.includes(to));
  expect(within.filter(({ to }) => !isIn(to, [part, ...allowed]))).toEqual([]);
});

test("src imports only the version in package.json from outside", () => {
  const upwards = imports.filter(({ to }) => to.startsWith(".."));
  expect(upwards).toEqual([{ from: "descriptor/version.ts", to: "../package.json" }]);
});

test.each(Object.entries(owners))("%s is imported only by %j", (name, parts) => {
  const naming = imports.filter(({ to }) => isIn(to, [name]));
  expect(naming).not.toEqual([]);
  expect(naming.filter(({ from }) => !isIn(from, parts))).toEqual([]);
});

test("generated code imports only from its own folder, and compiled templates from template.ts", () => {
  const generated = imports.filter(({ from, to }) => /(^gen\/|\.gen\.ts$)/.test(from) && modules.includes(to));
  const outside = generated.filter(({ from, to }) => !(isIn(from, ["gen"]) && isIn(to, ["gen"])));
  expect(outside).toEqual([{ from: "plugin/templates.gen.ts", to: "plugin/template.ts" }]);
});

test.each(["examples/gen", "testdata/gen", ...globSync("testdata/cases/*/gen", { cwd: root })])(
  "generated code imports only packages from outside %s",
  (folder) => {
    const upwards = modulesIn(folder).flatMap((path) =>
      importsOf(folder, path).filter(({ to }) => to.startsWith("..")),
    );
    expect(upwards).toEqual([]);
  },
);

describe("modules that are loaded at run time", () => {
  test("by the client exclude the server and include only two packages", async () => {
    const loaded = await reach("src/client/index.ts");
    expect(loaded.modules.filter((path) => isIn(path, ["src/server", "src/engine"]))).toEqual([]);
    expect(loaded.packages).toEqual(["@bufbuild/protobuf", "@connectrpc/connect"]);
  });

  // scripts/protoplugin.ts removes the packages that protoplugin would load from the bundle.
  test.each([
    ["plugin", ["@bufbuild/protobuf", "@bufbuild/protoplugin", "yaml"]],
    ["check", ["@bufbuild/protobuf", "yaml"]],
  ])("by the %s exclude the runtime and include only these packages: %j", async (part, packages) => {
    const loaded = await reach(`src/${part}/bin.ts`);
    expect(loaded.modules.filter((path) => !isIn(path, sourcesOf(part)))).toEqual(["package.json"]);
    expect(loaded.packages).toEqual(packages);
  });
});

function sourcesOf(part: string): string[] {
  return [part, ...(arrows[part] ?? [])].map((name) => `src/${name}`);
}

/** Follows the imports of a module that remain after its types are stripped. */
async function reach(entryPoint: string): Promise<{ modules: string[]; packages: string[] }> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const external = Object.values(metafile.inputs).flatMap((input) => input.imports.filter(({ external }) => external));
  const names = external.map(({ path }) => path).filter((path) => !path.startsWith("node:"));
  const packages = names.map((path) =>
    path
      .split("/")
      .slice(0, path.startsWith("@") ? 2 : 1)
      .join("/"),
  );
  return { modules: Object.keys(metafile.inputs), packages: [...new Set(packages)].sort() };
}
