/*
 * The size limit of requests.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, type ConnectError, createConnectRouter, createRouterTransport } from "@connectrpc/connect";
import { compressionGzip, connectNodeAdapter, createConnectTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { describePGlite, type PrintBook } from "../../../test/lro-servers.ts";
import { createPressServiceClient, registerPressService } from "../../../testdata/gen/acme/press/v1/press_lro.ts";
import { PrintBookRequestSchema } from "../../../testdata/gen/acme/press/v1/press_pb.ts";
import { Operations } from "../../../testdata/gen/google/longrunning/operations_pb.ts";
import { createLroServer, type LroRegisterOptions, type LroServer, type LroServerDefaults } from "../index.ts";

const MiB = 2 ** 20;
const run: PrintBook = ({ title }) => ({ title: title.slice(0, 10) });

describePGlite((engine) => {
  async function open(
    printBook: PrintBook,
    { defaults, options }: { readonly defaults?: LroServerDefaults; readonly options?: LroRegisterOptions } = {},
  ): Promise<LroServer> {
    const lro = await createLroServer({ engine: engine.engine(), defaults, log: () => {} });
    onTestFinished(() => lro.close());
    registerPressService(lro, { printBook }, options);
    return lro;
  }

  async function listen(lro: LroServer): Promise<string> {
    const server = createServer(connectNodeAdapter({ routes: lro.routes })).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const stored = (): Promise<unknown[]> => engine.sql("SELECT id FROM operations");

  test("twelve concurrent requests of 60 MB are all rejected and none is stored", async () => {
    const baseUrl = await listen(await open(run));
    const body = toBinary(PrintBookRequestSchema, create(PrintBookRequestSchema, { title: "x".repeat(60_000_000) }));
    const calls = Array.from({ length: 12 }, async () => {
      const response = await fetch(`${baseUrl}/acme.press.v1.PressService/PrintBook`, {
        method: "POST",
        headers: { "content-type": "application/proto" },
        body,
      });
      return await response.json();
    });
    for (const result of await Promise.all(calls)) {
      expect(result).toMatchObject({ code: "resource_exhausted", message: expect.stringContaining(`${4 * MiB}`) });
    }
    expect(await stored()).toEqual([]);
  });

  test("a compressed request is rejected if it is too large after decompression", async () => {
    const baseUrl = await listen(await open(run));
    const transport = createConnectTransport({ baseUrl, httpVersion: "1.1", sendCompression: compressionGzip });
    const call = createPressServiceClient(transport).printBook({ title: "x".repeat(5 * MiB) });
    await expect(call).rejects.toMatchObject({ code: Code.ResourceExhausted });
    expect(await stored()).toEqual([]);
  });

  test.each<[string, PrintBook, Parameters<typeof open>[1], number]>([
    ["the handler", { run, maxRequestBytes: 1_000 }, { defaults: { maxRequestBytes: 5_000 } }, 1_000],
    ["the server's defaults", run, { defaults: { maxRequestBytes: 5_000 } }, 5_000],
    ["the registration, as readMaxBytes", run, { options: { readMaxBytes: 2_000 } }, 2_000],
  ])("the limit can be set by %s", async (_, printBook, options, limit) => {
    const press = createPressServiceClient(createRouterTransport((await open(printBook, options)).routes), {
      retryStart: false,
    });
    await press.printBook({ title: "x".repeat(limit - 10) });
    const error = await press.printBook({ title: "x".repeat(limit) }).catch((error: unknown) => error);
    expect((error as ConnectError).code).toBe(Code.ResourceExhausted);
    expect(await stored()).toHaveLength(1);
  });

  test("a limit does not change the protocols of the router", async () => {
    const lro = await open(run);
    const router = createConnectRouter({ grpc: false });
    lro.routes(router);
    const protocols = router.handlers.map(({ protocolNames }) => protocolNames.join());
    expect([...new Set(protocols)]).toEqual([router.service(Operations, {}).handlers.at(-1)?.protocolNames.join()]);
  });
});
