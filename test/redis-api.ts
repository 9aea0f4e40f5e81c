import { readFile, writeFile } from "node:fs/promises";
import { createFileRegistry, type DescMessage, type DescService, fromBinary, type Message } from "@bufbuild/protobuf";
import type { GenMessage } from "@bufbuild/protobuf/codegenv2";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type LroMethod, type LroService, lroService } from "protoc-gen-ts-lro/codegenv1";
import { buildImage } from "./buf.ts";
import { cached } from "./repository.ts";

/** Google's Redis API from the protos in @google-cloud/redis, with its long-running method CreateInstance. */
export interface RedisApi {
  readonly service: RedisLro;
  readonly instance: DescMessage;
  readonly metadata: DescMessage;
}

interface RedisLro extends LroService {
  readonly methods: { readonly createInstance: LroMethod };
}

/** Reads the API from its protos, without generated code. */
export async function readRedisApi(): Promise<RedisApi> {
  const [redis, gax] = ["node_modules/@google-cloud/redis/build/protos", "node_modules/google-gax/build/protos"];
  const image = await cached("redis.binpb", ["@google-cloud/redis", "google-gax", "@bufbuild/buf"], async (path) => {
    const modules = [{ path: redis }, { path: gax, excludes: [`${gax}/google/protobuf`] }];
    await writeFile(path, await buildImage(modules, [`${redis}/google/cloud/redis/v1`]));
  });
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, await readFile(image)));
  const message = (name: string): DescMessage => registry.getMessage(`google.cloud.redis.v1.${name}`) as DescMessage;
  const [instance, metadata] = [message("Instance"), message("OperationMetadata")];
  const service = registry.getService("google.cloud.redis.v1.CloudRedis") as DescService;
  const types = { response: instance as GenMessage<Message>, metadata: metadata as GenMessage<Message> };
  return { service: lroService<RedisLro>(service, { methods: { createInstance: types } }), instance, metadata };
}
