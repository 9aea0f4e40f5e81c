import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Code } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { build } from "esbuild";
import { createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/client/clock.ts";
import { PressServiceLro } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import { PressService } from "../../testdata/gen/acme/press/v1/press_pb.ts";
import { root } from "../repository.ts";

const expected = {
  title: "Emma",
  hasProgress: true,
  cancelled: Code.Canceled,
  timeout: true,
  abort: true,
  volumes: ["1", "2", "3"],
};

let server: Server;
let url: string;
let ids: string[] = [];

beforeAll(async () => {
  const operations = createInMemoryOperations({ clock: systemClock });
  const adapter = connectNodeAdapter({
    routes: (router) => {
      operations.routes(router).service(PressService, {
        printBook({ title, requestId }) {
          ids.push(requestId);
          const takesMs = 1_000;
          const metadata = (elapsedMs: number) => ({ progressPercent: Math.floor((100 * elapsedMs) / takesMs) });
          return operations.start(PressServiceLro.methods.printBook, { takesMs, metadata, response: { title } });
        },
      });
    },
  });
  server = createServer(adapter);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => void server.close());

beforeEach(() => {
  ids = [];
});

/** Returns the binary of a runtime from npm. If there is none for this machine, prints that the test is skipped. */
function binaryOf(name: string, ...paths: readonly string[]): { path: string; isMissing: boolean } {
  const path = paths.map((path) => join(root, "node_modules", path)).find((path) => existsSync(path));
  if (path === undefined) {
    console.warn(
      `${paths[0]} is not in node_modules on ${process.platform}-${process.arch}: the test on ${name} is skipped.`,
    );
  }
  return { path: path ?? "", isMissing: path === undefined };
}

// If npm runs install scripts, that of bun moves the binary. On Linux, too, its name ends in .exe.
const bun = binaryOf("Bun", "@oven/bun-linux-x64/bin/bun", "bun/bin/bun.exe");
const deno = binaryOf("Deno", "@deno/linux-x64-glibc/deno");
const workerd = binaryOf("workerd", "@cloudflare/workerd-linux-64/bin/workerd");

describe("the client works", () => {
  test.skipIf(bun.isMissing)("on Bun", async () => {
    const { stdout } = await promisify(execFile)(bun.path, ["run", "test/runtimes/program.ts", url], { cwd: root });
    expect(JSON.parse(stdout)).toEqual(expected);
    expect(new Set(ids).size).toBe(5);
  });

  test.skipIf(deno.isMissing)("on Deno", async () => {
    const options = ["run", "--quiet", "--no-check", "--node-modules-dir=manual", "--allow-net", "--allow-read"];
    const program = [...options, "test/runtimes/program.ts", url];
    const { stdout } = await promisify(execFile)(deno.path, program, { cwd: root });
    expect(JSON.parse(stdout)).toEqual(expected);
    expect(new Set(ids).size).toBe(5);
  });

  test.skipIf(workerd.isMissing)("on workerd", async () => {
    const origin = await serveWorker();
    const response = await fetch(origin, { headers: { "x-server": url } });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    expect(JSON.parse(text)).toEqual(expected);
    expect(new Set(ids).size).toBe(5);
  });
});

/** Runs the worker in workerd, and returns its origin. */
async function serveWorker(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "workerd-"));
  await build({
    entryPoints: [join(root, "test/runtimes/worker.ts")],
    outfile: join(directory, "worker.js"),
    bundle: true,
    conditions: ["protoc-gen-ts-lro/source"],
    format: "esm",
  });
  const port = await freePort();
  writeFileSync(join(directory, "config.capnp"), configuration(port));
  const process: ChildProcess = spawn(workerd.path, ["serve", join(directory, "config.capnp")], { stdio: "ignore" });
  onTestFinished(() => {
    process.kill();
    rmSync(directory, { recursive: true });
  });
  const origin = `http://127.0.0.1:${port}`;
  await expect
    .poll(() =>
      fetch(origin).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  return origin;
}

function configuration(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker", esModule = embed "worker.js")],
      compatibilityDate = "2026-01-01",
    )),
    # The server of the test is not on the public network.
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;
}

function freePort(): Promise<number> {
  const probe = createTcpServer();
  return new Promise((resolve) => {
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
