import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnectTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyDataDir } from "../test/empty-pglite.ts";
import type { Program } from "../test/program.ts";
import { testPrograms } from "../test/test-programs.ts";
import { type BigDataExporterClient, createBigDataExporterClient } from "./gen/acme/export/v1/export_lro.ts";

const examples = ["serving-node", "serving-fastify", "serving-express"];
const startProgram = testPrograms();
let directory = "";

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "serving-"));
  await emptyDataDir(join(directory, "data"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function serve(example: string): Promise<{ server: Program; exporter: BigDataExporterClient; url: string }> {
  const server = startProgram(`examples/${example}/server.ts`, { env: { DATA_DIR: join(directory, "data") } });
  const url = await server.lines.first();
  const httpVersion = example === "serving-node" ? "2" : "1.1";
  const exporter = createBigDataExporterClient(createConnectTransport({ baseUrl: url, httpVersion }));
  return { server, exporter, url };
}

test.each(examples)("%s: an export continues from its progress after the server is killed", async (example) => {
  const request = { sourceTable: "projects/acme/tables/books", destinationUri: "gs://exports/books" };
  const first = await serve(example);
  const operation = await first.exporter.startExport(request);
  await expect.poll(() => operation.poll().then(({ metadata }) => metadata?.numRowsExported ?? 0n)).toBeGreaterThan(0n);
  await first.server.kill();

  const second = await serve(example);
  const resumed = second.exporter.startExport.resume(operation.name);
  expect((await resumed.poll()).metadata?.numRowsExported).toBeGreaterThan(0n);
  expect(await resumed.wait()).toMatchObject({ exportedUri: "gs://exports/books.csv", numRowsExported: 12_000n });
  if (example !== "serving-node") {
    expect(await (await fetch(`${second.url}/readyz`)).json()).toMatchObject({ ready: true });
  }
  second.server.signal("SIGTERM");
  expect(await second.server.exited).toEqual({ exitCode: 0, signal: null });
});
