import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createFileRegistry, type DescMessage, type DescService, fromBinary, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type LroMethod, type LroService, lroService } from "protoc-gen-ts-lro/codegenv1";

/** Google's Redis API, as the protos of @google-cloud/redis have it, with its long-running CreateInstance. */
export interface RedisApi {
  readonly service: RedisLro;
  readonly instance: DescMessage;
  readonly metadata: DescMessage;
}

interface RedisLro extends LroService {
  readonly methods: { readonly createInstance: LroMethod };
}

/** Reads the API from its protos, without generated code. */
export function readRedisApi(): RedisApi {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const config = {
    version: "v2",
    modules: [
      { path: "node_modules/@google-cloud/redis/build/protos" },
      {
        path: "node_modules/google-gax/build/protos",
        excludes: ["node_modules/google-gax/build/protos/google/protobuf"],
      },
    ],
  };
  const path = "node_modules/@google-cloud/redis/build/protos/google/cloud/redis/v1";
  const args = ["build", "--config", JSON.stringify(config), "--path", path, "--output", "-#format=binpb"];
  const bytes = execFileSync(`${root}node_modules/.bin/buf`, args, { cwd: root, maxBuffer: 2 ** 26 });
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  const message = (name: string): DescMessage => registry.getMessage(`google.cloud.redis.v1.${name}`) as DescMessage;
  const [instance, metadata] = [message("Instance"), message("OperationMetadata")];
  const redis = registry.getService("google.cloud.redis.v1.CloudRedis") as DescService;
  const types = { response: instance as GenMessage<Message>, metadata: metadata as GenMessage<Message> };
  return { service: lroService<RedisLro>(redis, { methods: { createInstance: types } }), instance, metadata };
}
