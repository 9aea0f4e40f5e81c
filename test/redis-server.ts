import type { DescService, MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import redis from "@google-cloud/redis";
import gax from "google-gax";
import { createLroClient, type LroClient, type LroClientOptions } from "protoc-gen-ts-lro/client";
import { type OperationSchema, Operations } from "protoc-gen-ts-lro/longrunning";
import { serveHttp2 } from "./http2-server.ts";
import type { RedisApi } from "./redis-api.ts";

// Google's client need not look for a machine of Google's around it.
process.env.METADATA_SERVER_DETECTION = "none";

/** What a server returns for an operation. */
export type State = MessageInitShape<typeof OperationSchema>;

/** How a server answers for operations. */
export interface RedisHandlers {
  createInstance(request: { readonly instanceId: string }): State | Promise<State>;
  readonly operations: Partial<ServiceImpl<typeof Operations>>;
}

/** A server of Google's Redis API on loopback, over HTTP/2, with a client of Google's and one of ours. */
export interface RedisServer {
  readonly google: InstanceType<typeof redis.CloudRedisClient>;
  readonly ours: LroClient<RedisApi["service"]>;
  /** Lets all clients go, and stops. */
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
    google,
    ours,
    async close() {
      await google.close();
      await server.stop();
    },
  };
}
