import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import chromium from "@sparticuz/chromium";
import { build } from "esbuild";
import { type Browser, chromium as browsers, type Page } from "playwright-core";
import { createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PressServiceLro } from "../../testdata/gen/acme/press/v1/press_lro.ts";
import { PressService, type PrintBookRequest } from "../../testdata/gen/acme/press/v1/press_pb.ts";
import { systemClock } from "../client/clock.ts";

const isMissing = process.platform !== "linux";
if (isMissing) {
  console.warn("Chromium comes from npm for Linux only: the tests of a React page are skipped.");
}

describe.skipIf(isMissing)("a React page in Chromium", { timeout: 120_000 }, () => {
  const started: PrintBookRequest[] = [];
  const errors: Error[] = [];
  let browser: Browser;
  let server: ReturnType<typeof createServer>;

  beforeAll(async () => {
    const script = await bundle();
    const operations = createInMemoryOperations({ clock: systemClock });
    const api = connectNodeAdapter({
      routes: (router) => {
        operations.routes(router).service(PressService, {
          printBook(request) {
            started.push(request);
            const takesMs = 3_000;
            const metadata = (elapsedMs: number) => ({ progressPercent: Math.floor((100 * elapsedMs) / takesMs) });
            const response = { title: request.title };
            return operations.start(PressServiceLro.methods.printBook, { takesMs, metadata, response });
          },
        });
      },
    });
    server = createServer((request, response) => {
      if (request.url === "/") {
        response.setHeader("content-type", "text/html").end(`<body><script type="module">${script}</script>`);
      } else {
        api(request, response);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // Unlike 127.0.0.1, a page with this name is no secure context, so it lacks crypto.randomUUID.
    const args = [...chromium.args, "--host-resolver-rules=MAP press.test 127.0.0.1"];
    browser = await browsers.launch({ executablePath: await chromium.executablePath(), args });
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    server.close();
    expect(errors).toEqual([]);
  });

  /** Opens the page as a new user does. Browser contexts are not enough: this Chromium shares storage between them. */
  async function open(): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.on("pageerror", (error) => errors.push(error));
    await page.goto(`http://press.test:${(server.address() as AddressInfo).port}/`);
    await page.evaluate("localStorage.clear()");
    await page.reload();
    return page;
  }

  test("shows a disabled query, then the progress of the operation that it starts, then its response", async () => {
    const page = await open();
    const before = started.length;
    expect(await page.evaluate("crypto.randomUUID")).toBeUndefined();
    await page.getByText("query: idle unknown %").waitFor();
    await page.getByText("mutation: idle").waitFor();
    await page.getByRole("button", { name: "Print" }).click();
    await page.getByText("mutation: pending").waitFor();
    await page.getByText(/query: fetching [1-9]\d? %/).waitFor();
    await page.getByText("query: idle 100 % Emma").waitFor();
    await page.getByText("mutation: success Emma").waitFor();
    expect(started.slice(before)).toEqual([
      expect.objectContaining({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) }),
    ]);
  });

  test("resumes the operation after a reload", async () => {
    const page = await open();
    const before = started.length;
    await page.getByRole("button", { name: "Print" }).click();
    await page.getByText(/query: fetching [1-9]\d? %/).waitFor();
    await page.reload();
    await page.getByText("mutation: idle").waitFor();
    await page.getByText("query: idle 100 % Emma").waitFor();
    expect(started).toHaveLength(before + 1);
  });

  test("shows that the operation was cancelled", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Print" }).click();
    await page.getByText(/query: fetching \d+ %/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("mutation: error OperationError").waitFor();
    await page.getByText(/operation \S+ of acme\.press\.v1\.PressService\.PrintBook was cancelled/).waitFor();
  });
});

/** The script of the page, as a browser takes it. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../../test/react-page.tsx", import.meta.url))],
    bundle: true,
    conditions: ["protoc-gen-ts-lro/source"],
    define: { "process.env.NODE_ENV": '"production"' },
    format: "esm",
    jsx: "automatic",
    minify: true,
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
