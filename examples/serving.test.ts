import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createConnectTransport } from "@connectrpc/connect-node";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type BigDataExporterClient, createBigDataExporterClient } from "./gen/acme/export/v1/export_lro.ts";

const examples = ["serving-node", "serving-fastify", "serving-express"];
const source = (path: string): string => `./src/${path}`;
const servers: ChildProcess[] = [];
let directory = "";

beforeAll(async () => {
  directory = mkdtempSync(join("node_modules", ".serving-"));
  await build({
    entryPoints: examples.map((name) => `examples/${name}/server.ts`),
    outdir: directory,
    outbase: "examples",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    alias: {
      "protoc-gen-ts-lro/server/pglite": source("engine/pglite.ts"),
      "protoc-gen-ts-lro/server/postgres": source("engine/postgres.ts"),
      "protoc-gen-ts-lro/server": source("server/index.ts"),
      "protoc-gen-ts-lro/codegen": source("codegen.ts"),
    },
  });
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.kill("SIGKILL");
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function serve(example: string): Promise<{ server: ChildProcess; exporter: BigDataExporterClient; url: string }> {
  const env = { ...process.env, DATA_DIR: join(directory, example, "data") };
  const server = spawn(process.execPath, [join(directory, example, "server.mjs")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push(server);
  const [url] = await once(createInterface({ input: server.stdout }), "line");
  const httpVersion = example === "serving-node" ? "2" : "1.1";
  const exporter = createBigDataExporterClient(createConnectTransport({ baseUrl: url, httpVersion }));
  return { server, exporter, url };
}

test.each(examples)("%s: an export goes on where it was when the server is killed", async (example) => {
  const request = { sourceTable: "projects/acme/tables/books", destinationUri: "gs://exports/books" };
  const first = await serve(example);
  const operation = await first.exporter.startExport(request);
  await expect.poll(() => operation.poll().then(({ metadata }) => metadata?.numRowsExported ?? 0n)).toBeGreaterThan(0n);
  first.server.kill("SIGKILL");
  await once(first.server, "exit");

  const second = await serve(example);
  const resumed = second.exporter.startExport.resume(operation.name);
  expect((await resumed.poll()).metadata?.numRowsExported).toBeGreaterThan(0n);
  expect(await resumed.wait()).toMatchObject({ exportedUri: "gs://exports/books.csv", numRowsExported: 12_000n });
  if (example !== "serving-node") {
    expect(await (await fetch(`${second.url}/healthz`)).json()).toMatchObject({ database: true });
  }
  second.server.kill("SIGTERM");
  expect(await once(second.server, "exit")).toEqual([0, null]);
});
