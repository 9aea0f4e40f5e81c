import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { describePGlite } from "../../../test/lro-servers.ts";
import { PressServiceLro } from "../../../testdata/gen/acme/press/v1/press_lro.ts";
import { operationRegistry } from "../../operation/registry.ts";

describePGlite((engine) => {
  test.each(["acme.press.v1.PressService/PrintBook", "google.longrunning.Operations/GetOperation"])(
    "a JSON call of %s whose response cannot be encoded names the setting that is missing",
    async (path) => {
      const { lro, press } = await engine.open({
        printBook: { run: ({ title }) => ({ title }), immediate: ({ title }) => ({ title }) },
      });
      const { name } = await press.printBook({ title: "Emma" });
      const request = path.endsWith("PrintBook") ? { title: "Emma" } : { name };

      async function call(options: object): Promise<unknown> {
        const server = createServer(connectNodeAdapter({ routes: lro.routes, ...options })).listen(0, "127.0.0.1");
        onTestFinished(() => void server.close());
        await once(server, "listening");
        const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(request),
        });
        return await response.json();
      }

      expect(await call({})).toEqual({
        code: "internal",
        message:
          'cannot encode message google.protobuf.Any to JSON: "type.googleapis.com/acme.press.v1.PrintBookResponse" is ' +
          "not in the type registry: set jsonOptions: { registry: operationRegistry(…) }, with operationRegistry from " +
          "protoc-gen-ts-lro/client, on the server's adapter and on the client's transport, or use the binary format",
      });
      expect(await call({ jsonOptions: { registry: operationRegistry(PressServiceLro) } })).toMatchObject({
        done: true,
        response: { title: "Emma" },
      });
    },
  );
});
