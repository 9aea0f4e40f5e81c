import { type Client, createClient, createRouterTransport } from "@connectrpc/connect";
import { Operations } from "protoc-gen-ts-lro/longrunning";
import { createLroServer, type Engine, type LroServer } from "protoc-gen-ts-lro/server";
import {
  createPressServiceClient,
  type PressServiceClient,
  registerPressService,
} from "../testdata/gen/acme/press/v1/press_lro.ts";

/** A server of the press API in this process, with its clients. */
export interface Served {
  readonly lro: LroServer;
  readonly operations: Client<typeof Operations>;
  readonly press: PressServiceClient;
  close(): Promise<void>;
}

export async function serve(
  engine: Engine,
  run: (operation: { readonly signal: AbortSignal }) => Promise<void>,
): Promise<Served> {
  const lro = await createLroServer({ engine, log: () => {} });
  registerPressService(lro, {
    async printBook(_, operation) {
      await run(operation);
      return {};
    },
  });
  const transport = createRouterTransport(lro.routes);
  await lro.start();
  const press = createPressServiceClient(transport);
  return { lro, press, operations: createClient(Operations, transport), close: () => lro.close() };
}
