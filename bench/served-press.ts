import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { lroClient } from "protoc-gen-ts-lro/codegen";
import { Operations } from "protoc-gen-ts-lro/longrunning";
import { createLroServer, type Engine, type LroServer } from "protoc-gen-ts-lro/server";
import { readPressApi } from "../test/press-api.ts";

const api = readPressApi();

/** A server of the press in this process, with its clients. */
export interface Served {
  readonly lro: LroServer;
  readonly operations: Client<typeof Operations>;
  readonly press: { printBook(request: object): Promise<{ readonly name: string }> };
  close(): Promise<void>;
}

export async function serve(
  engine: Engine,
  run: (operation: { readonly signal: AbortSignal }) => Promise<void>,
): Promise<Served> {
  const lro = await createLroServer({ engine, log: () => {} });
  const transport = createRouterTransport((router) => {
    lro.register(router, api, {
      async printBook(_request: unknown, operation: { readonly signal: AbortSignal }) {
        await run(operation);
        return {};
      },
    } as never);
    lro.registerOperations(router);
  });
  await lro.start();
  const press = lroClient(api, transport) as unknown as Served["press"];
  return { lro, press, operations: createClient(Operations, transport), close: () => lro.close() };
}
