import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import chromium from "@sparticuz/chromium";
import { build } from "esbuild";
import { chromium as browsers } from "playwright-core";
import { createInMemoryOperations } from "protoc-gen-ts-lro/testing";
import { expect, test } from "vitest";
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

test.skipIf(isMissing)(
  "a page starts an operation, shows its progress, is reloaded, and resumes it from a token",
  {
    timeout: 120_000,
  },
  async () => {
    const script = await bundle();
    const operations = createInMemoryOperations({ clock: systemClock });
    let starts = 0;
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
    const server = createServer((request, response) => {
      if (request.url === "/") {
        response.setHeader("content-type", "text/html").end(`<body><script type="module">${script}</script>`);
      } else {
        api(request, response);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const executablePath = await chromium.executablePath();
    const browser = await browsers.launch({ executablePath, args: chromium.args });
    try {
      const page = await browser.newPage();
      const errors: Error[] = [];
      page.on("pageerror", (error) => errors.push(error));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.getByText("0 ").waitFor();
      expect(await page.title()).toBe("started");
      await page.reload();
      await page.getByText("100 Emma").waitFor();
      expect(await page.title()).toBe("resumed");
      expect(starts).toBe(1);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  },
);
