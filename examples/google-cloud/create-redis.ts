/*
 * Creates a Redis instance on Google Cloud, with the credentials of `gcloud auth application-default login`:
 * create-redis.js PROJECT INSTANCE
 */
import { createGrpcTransport } from "@connectrpc/connect-node";
import { googleCloud } from "protoc-gen-ts-lro/google-cloud";
import { createCloudRedisClient } from "../gen/google/cloud/redis/v1/cloud_redis_lro.js";
import { Instance_Tier } from "../gen/google/cloud/redis/v1/cloud_redis_pb.js";

const [project, instanceId] = process.argv.slice(2);
if (!project || !instanceId) {
  throw new Error("usage: create-redis.js PROJECT INSTANCE");
}

const transport = createGrpcTransport({ baseUrl: "https://redis.googleapis.com", interceptors: googleCloud() });
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
