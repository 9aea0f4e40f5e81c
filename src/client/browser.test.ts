import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { cors } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import chromium from "@sparticuz/chromium";
import { build } from "esbuild";
import { type Browser, chromium as browsers, type Page } from "playwright-core";
import { createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LibraryServiceLro } from "../../testdata/gen/acme/library/v1/library_lro.ts";
import { LibraryService } from "../../testdata/gen/acme/library/v1/library_pb.ts";
import { systemClock } from "./clock.ts";

/** The script of the page, bundled for browsers. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../../test/browser-page.ts", import.meta.url))],
    bundle: true,
    conditions: ["protoc-gen-ts-lro/source"],
    format: "esm",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

const isMissing = process.platform !== "linux";
if (isMissing) {
  console.warn("Chromium comes from npm for Linux only: the test in a browser is skipped.");
}

let browser: Browser;
let page: Page;
let starts: number;
let pageErrors: Error[];
let urls: { readonly page: string; readonly api: string; readonly withoutCors: string };
const servers: Server[] = [];

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves a library with only the CORS settings that Connect recommends. */
function serveApi(): RequestListener {
  const operations = createInMemoryOperations({ clock: systemClock });
  const api = connectNodeAdapter({
    routes: (router) => {
      operations.routes(router).service(LibraryService, {
        createBook({ book }) {
          starts++;
          const takesMs = 2_000;
          const metadata = (elapsedMs: number) => ({ progressPercent: Math.floor((100 * elapsedMs) / takesMs) });
          return operations.start(LibraryServiceLro.methods.createBook, { takesMs, metadata, response: book ?? {} });
        },
      });
    },
  });
  return (request, response) => {
    response.setHeader("access-control-allow-origin", request.headers.origin ?? "");
    response.setHeader("access-control-expose-headers", cors.exposedHeaders.join(","));
    if (request.method === "OPTIONS") {
      response.setHeader("access-control-allow-methods", cors.allowedMethods.join(","));
      response.setHeader("access-control-allow-headers", cors.allowedHeaders.join(","));
      response.writeHead(204).end();
    } else {
      api(request, response);
    }
  };
}

/** Opens the page and returns what its task returns. */
async function run(task: string, protocol: string, api: string): Promise<unknown> {
  await page.goto(`${urls.page}/?do=${task}&protocol=${protocol}&api=${encodeURIComponent(api)}`);
  return JSON.parse((await page.locator("output").textContent()) ?? "");
}

describe.skipIf(isMissing)("a page of another origin", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const script = await bundle();
    const html = `<body><script type="module">${script}</script>`;
    urls = {
      page: await listen((_, response) => void response.setHeader("content-type", "text/html").end(html)),
      api: await listen(serveApi()),
      withoutCors: await listen((_, response) => void response.writeHead(404).end()),
    };
    // Chromium's package turns web security off.
    const args = chromium.args.filter((arg) => !/web-security|site-isolation/.test(arg));
    browser = await browsers.launch({ executablePath: await chromium.executablePath(), args });
  }, 120_000);

  beforeEach(async () => {
    const context = await browser.newContext();
    page = await context.newPage();
    starts = 0;
    pageErrors = [];
    page.on("pageerror", (error) => pageErrors.push(error));
  });

  afterAll(async () => {
    await browser.close();
    for (const server of servers) {
      server.close();
    }
  });

  const protocols = ["connect", "grpc-web"];

  test.each(protocols)("starts an operation, follows it, is reloaded, and resumes it, over %s", async (protocol) => {
    await page.goto(`${urls.page}/?do=follow&protocol=${protocol}&api=${encodeURIComponent(urls.api)}`);
    await page.getByText("0 ").waitFor();
    expect(await page.title()).toBe("started");
    await page.reload();
    await page.getByText("100 Emma").waitFor();
    expect(await page.title()).toBe("resumed");
    expect(starts).toBe(1);
    expect(pageErrors).toEqual([]);
  });

  test.each(protocols)("starts, waits, reads updates, cancels, deletes and lists, over %s", async (protocol) => {
    expect(await run("callAll", protocol, urls.api)).toMatchObject({
      title: "Emma",
      updates: true,
      status: "cancelled",
    });
    expect(starts).toBe(2);
    expect(pageErrors).toEqual([]);
  });

  test.each([
    ["a wait", "waitRefused"],
    ["a start", "startRefused"],
    ["a cancel request", "cancelRefused"],
  ])("%s whose preflight is rejected ends and suggests CORS as the cause", async (_, task) => {
    for (const protocol of protocols) {
      expect(await run(task, protocol, urls.withoutCors)).toContain("do the server's CORS settings refuse this page?");
    }
  });
});
