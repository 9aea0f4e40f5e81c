/*
 * A program that uses the Redis API with our client, in a process of its own. It creates an instance or takes up the
 * operation of another process, follows it to its end, lists the operations of the project, and says what it has seen.
 */
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createCloudRedisClient } from "../examples/gen/google/cloud/redis/v1/cloud_redis_lro.ts";
import { ErrorInfoSchema } from "../src/gen/google/rpc/error_details_pb.ts";
import { Operations } from "../testdata/gen/google/longrunning/operations_pb.ts";

/** What to do. */
export interface RedisTask {
  readonly baseUrl: string;
  readonly parent: string;
  /** The id of the instance to create. */
  readonly create?: string;
  /** Else the name of the operation to take up. */
  readonly resume?: string;
  readonly cancel?: boolean;
}

/** What was seen. */
export type RedisNews =
  | { readonly kind: "progress"; readonly target: string }
  | { readonly kind: "succeeded"; readonly instance: string; readonly memorySizeGb: number; readonly listed: string[] }
  | { readonly kind: "failed" | "cancelled"; readonly code: number; readonly reasons: string[] };

const { baseUrl, parent, create, resume = "", cancel }: RedisTask = JSON.parse(process.argv[2] ?? "{}");

function say(news: RedisNews): void {
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
      say({ kind: "progress", target: metadata.target });
    }
  }
  const outcome = await operation.outcome();
  if (outcome.status === "succeeded") {
    const { operations } = await createClient(Operations, transport).listOperations({ name: parent });
    const { name: instance, memorySizeGb } = outcome.response;
    say({ kind: "succeeded", instance, memorySizeGb, listed: operations.map(({ name }) => name) });
  } else {
    const { error, status } = outcome;
    say({ kind: status, code: error.code, reasons: error.findDetails(ErrorInfoSchema).map(({ reason }) => reason) });
  }
}

main().finally(() => process.disconnect?.());
