/*
 * A program that calls the Redis API with our client, in its own process. It creates an instance or resumes the
 * operation of another process, waits until the operation is done, lists the project's operations, and sends the
 * results.
 */
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createCloudRedisClient } from "../examples/gen/google/cloud/redis/v1/cloud_redis_lro.ts";
import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb.ts";
import { Operations } from "../testdata/gen/google/longrunning/operations_pb.ts";

/** The task of the program. */
export interface RedisTask {
  readonly baseUrl: string;
  readonly parent: string;
  /** The id of the instance to create. */
  readonly create?: string;
  /** The name of the operation to resume, if `create` is not set. */
  readonly resume?: string;
  readonly cancel?: boolean;
}

/** A message from the program. */
export type RedisNews =
  | { readonly kind: "progress"; readonly target: string }
  | { readonly kind: "succeeded"; readonly instance: string; readonly memorySizeGb: number; readonly listed: string[] }
  | { readonly kind: "failed" | "cancelled"; readonly code: number; readonly reasons: string[] };

const { baseUrl, parent, create, resume = "", cancel }: RedisTask = JSON.parse(process.argv[2] ?? "{}");

function send(news: RedisNews): void {
  process.send?.(news);
}

async function main(): Promise<void> {
  const transport = createGrpcTransport({ baseUrl });
  const redis = createCloudRedisClient(transport);
  const operation = create
    ? await redis.createInstance({ parent, instanceId: create, instance: { tier: 1 } })
    : redis.createInstance.resume(resume);
  if (cancel) {
    await operation.cancel();
  }
  for await (const { metadata } of operation.updates()) {
    if (metadata) {
      send({ kind: "progress", target: metadata.target });
    }
  }
  const outcome = await operation.outcome();
  if (outcome.status === "succeeded") {
    const { operations } = await createClient(Operations, transport).listOperations({ name: parent });
    const { name: instance, memorySizeGb } = outcome.response;
    send({ kind: "succeeded", instance, memorySizeGb, listed: operations.map(({ name }) => name) });
  } else {
    const { error, status } = outcome;
    send({ kind: status, code: error.code, reasons: error.findDetails(ErrorInfoSchema).map(({ reason }) => reason) });
  }
}

main().finally(() => process.disconnect?.());
