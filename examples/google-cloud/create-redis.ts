/*
 * Creates a Redis instance on Google Cloud, with the credentials of `gcloud auth application-default login`:
 * create-redis.js PROJECT INSTANCE
 */
import type { Interceptor } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { GoogleAuth } from "google-auth-library";
import { routingHeaders } from "protoc-gen-ts-lro/client";
import { createCloudRedisClient } from "../gen/google/cloud/redis/v1/cloud_redis_lro.js";
import { Instance_Tier } from "../gen/google/cloud/redis/v1/cloud_redis_pb.js";

const [project, instanceId] = process.argv.slice(2);
if (!project || !instanceId) {
  throw new Error("usage: create-redis.js PROJECT INSTANCE");
}

const auth = new GoogleAuth({ scopes: "https://www.googleapis.com/auth/cloud-platform" });
const credentials: Interceptor = (next) => async (request) => {
  for (const [name, value] of await auth.getRequestHeaders(request.url)) {
    request.header.set(name, value);
  }
  return next(request);
};

const transport = createGrpcTransport({
  baseUrl: "https://redis.googleapis.com",
  interceptors: [credentials, routingHeaders()],
});
const redis = createCloudRedisClient(transport);

const operation = await redis.createInstance({
  parent: `projects/${project}/locations/europe-west1`,
  instanceId,
  instance: { tier: Instance_Tier.BASIC, memorySizeGb: 1 },
});
console.log(`${operation.name} is running; token: ${operation.toToken()}`);
for await (const { metadata } of operation.updates()) {
  console.log(metadata?.statusDetail || metadata?.verb);
}
const { host, port } = await operation.wait();
console.log(`created: ${host}:${port}`);
