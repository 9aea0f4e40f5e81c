import type { DescService, MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import redis from "@google-cloud/redis";
import gax from "google-gax";
import { createLroClient, type LroClient, type LroClientOptions } from "protoc-gen-ts-lro/client";
import { type OperationSchema, Operations } from "protoc-gen-ts-lro/longrunning";
import { serveHttp2 } from "./http2-server.ts";
import type { RedisApi } from "./redis-api.ts";

// Keeps Google's client from looking for a metadata server.
process.env.METADATA_SERVER_DETECTION = "none";

/** The state of an operation that a server returns. */
export type State = MessageInitShape<typeof OperationSchema>;

/** The implementation of the server. */
export interface RedisHandlers {
  createInstance(request: { readonly instanceId: string }): State | Promise<State>;
  readonly operations: Partial<ServiceImpl<typeof Operations>>;
}

/** An HTTP/2 server of Google's Redis API on the loopback interface, with Google's client and ours. */
export interface RedisServer {
  readonly port: number;
  readonly google: InstanceType<typeof redis.CloudRedisClient>;
  readonly ours: LroClient<RedisApi["service"]>;
  /** Closes the clients' connections and stops the server. */
  close(): Promise<void>;
}

export async function serveRedis(
  api: RedisApi,
  handlers: RedisHandlers,
  options?: LroClientOptions,
): Promise<RedisServer> {
  const server = await serveHttp2((router) => {
    router.service(Operations, handlers.operations);
    const { createInstance } = handlers;
    router.service(api.service.service, { createInstance } as object as ServiceImpl<DescService>);
  });
  const { port, url } = server;
  const sslCreds = gax.grpc.credentials.createInsecure();
  const google = new redis.CloudRedisClient({ apiEndpoint: "127.0.0.1", port, sslCreds, projectId: "p" });
  const ours = createLroClient(api.service, createGrpcTransport({ baseUrl: url }), options);
  return {
    port,
    google,
    ours,
    async close() {
      await google.close();
      await server.stop();
    },
  };
}
