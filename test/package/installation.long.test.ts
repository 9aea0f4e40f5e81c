/*
 * Installs the packed tarball with npm from the registry, as users do.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

let directory = "";
let tarball = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "installation-"));
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", directory], {
    cwd: root,
    encoding: "utf8",
  });
  tarball = join(directory, packed.trim());
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Installs the package with some of its peers and other packages. Fails if npm finds a conflict. */
function install(name: string, peers: readonly string[], others: Record<string, string> = {}): string {
  const project = join(directory, name);
  mkdirSync(project);
  const dependencies = Object.fromEntries(peers.map((peer) => [peer, devDependencies[peer]]));
  const manifest = {
    type: "module",
    dependencies: { ...dependencies, ...others, "protoc-gen-ts-lro": `file:${tarball}` },
    // Version 2.2.8, which pg-boss 12.38 needs, is not in all registries.
    overrides: { "rrule-temporal": "2.2.7" },
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"], {
    cwd: project,
    stdio: "pipe",
  });
  return project;
}

/** Runs a program in a project. Its own modules are bundled, its packages are those of the project. */
async function run(project: string, program: string): Promise<unknown> {
  await build({
    stdin: { contents: program, resolveDir: join(root, "test"), loader: "ts" },
    outfile: join(project, "main.js"),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  return JSON.parse(execFileSync(process.execPath, ["main.js"], { cwd: project, encoding: "utf8" }));
}

const client = ["@bufbuild/protobuf", "@connectrpc/connect"];

const server = `
  import { createRouterTransport } from "@connectrpc/connect";
  import { createLroServer } from "protoc-gen-ts-lro/server";
  import { pglite } from "protoc-gen-ts-lro/server/pglite";
  import { createPressServiceClient, registerPressService } from "../testdata/gen/acme/press/v1/press_lro.ts";
  const lro = await createLroServer({ engine: pglite() });
  registerPressService(lro, { printBook: ({ title }) => ({ title: title.toUpperCase() }) });
  await lro.start();
  const press = createPressServiceClient(createRouterTransport(lro.routes));
  const { title } = await (await press.printBook({ title: "Emma" })).wait();
  await lro.close();`;

test.each(["10.3.3", "12.34.0", "12.38.0"])(
  "a server runs together with pg-boss %s, which stays usable",
  async (version) => {
    const project = install(`with-${version}`, [...client, "@electric-sql/pglite"], { "pg-boss": version });
    const program = `${server}
    const own = await import("pg-boss");
    console.log(JSON.stringify([title, typeof (own.PgBoss ?? own.default)]));`;
    expect(await run(project, program)).toEqual(["EMMA", "function"]);
    const installed = JSON.parse(readFileSync(join(project, "node_modules/pg-boss/package.json"), "utf8"));
    expect(installed.version).toBe(version);
  },
);

test("a server needs only PGlite", async () => {
  const project = install("server", [...client, "@electric-sql/pglite"]);
  expect(await run(project, `${server} console.log(JSON.stringify(title));`)).toBe("EMMA");
  const lock = JSON.parse(readFileSync(join(project, "node_modules/.package-lock.json"), "utf8"));
  expect(Object.keys(lock.packages).sort()).toEqual(
    [...client, "@electric-sql/pglite", "protoc-gen-ts-lro"].map((name) => `node_modules/${name}`).sort(),
  );
});

test("the postgres engine needs only pg", async () => {
  const project = install("postgres", [...client, "pg"]);
  const program = `import { postgres } from "protoc-gen-ts-lro/server/postgres";
    import { createLroServer } from "protoc-gen-ts-lro/server";
    const engine = postgres({ connectionString: "postgres://localhost:1/none" });
    const error = await createLroServer({ engine }).catch(String);
    console.log(JSON.stringify(error));`;
  expect(await run(project, program)).toMatch(/unavailable/);
});

test("a client installs together with pg-boss, and pg-boss in the package takes at most 0.5 MB", async () => {
  const project = install("client", client, { "pg-boss": "10.3.3" });
  const program = `import { createOperationsClient } from "protoc-gen-ts-lro/client";
    console.log(JSON.stringify(typeof createOperationsClient));`;
  expect(await run(project, program)).toBe("function");
  const { size } = statSync(join(project, "node_modules/protoc-gen-ts-lro/dist/engine/pg-boss.js"));
  expect(size).toBeLessThan(450_000);
});
