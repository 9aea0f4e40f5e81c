/*
 * Serves one of Google's APIs with this package and calls it with Google's own client, and with ours from another process.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import redis from "@google-cloud/redis";
import gax from "google-gax";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { registerCloudRedis } from "../../examples/gen/google/cloud/redis/v1/cloud_redis_lro.ts";
import { serveHttp2 } from "../../test/http2-server.ts";
import { describeEngines, gate } from "../../test/lro-servers.ts";
import type { RedisNews, RedisTask } from "../../test/redis-client-process.ts";
import { testPrograms } from "../../test/test-programs.ts";
import { ErrorInfoSchema } from "../gen/google/rpc/error_details_pb.ts";
import { createLroServer, type LroServer } from "./index.ts";

// Keeps Google's client from looking for a metadata server.
process.env.METADATA_SERVER_DETECTION = "none";

const parent = "projects/p/locations/l";

describeEngines((engine) => {
  let lro: LroServer;
  let url: string;
  let google: InstanceType<typeof redis.CloudRedisClient>;
  let stop: () => Promise<void>;
  let resize: ReturnType<typeof gate<void>>;

  beforeEach(async () => {
    resize = gate<void>();
    lro = await createLroServer({ engine: engine.engine(), leaseMs: 10_000, log: () => {} });
    registerCloudRedis(lro, {
      createInstance: {
        operationName: ({ parent }, { id }) => `${parent}/operations/${id}`,
        async run({ instanceId, parent, instance }, operation) {
          await operation.update({ target: instanceId, verb: "create", apiVersion: "v1" });
          if (instanceId === "forever") {
            await new Promise((resolve) => operation.signal.addEventListener("abort", resolve));
            operation.signal.throwIfAborted();
          }
          if (instanceId === "broken") {
            const details = [{ desc: ErrorInfoSchema, value: { reason: "ZONE_IS_FULL", domain: "acme.com" } }];
            throw new ConnectError("no room in the zone", Code.ResourceExhausted, undefined, details);
          }
          await resize.passed;
          return { name: `${parent}/instances/${instanceId}`, tier: instance?.tier ?? 0, memorySizeGb: 4 };
        },
      },
    });
    const server = await serveHttp2(lro.routes);
    url = server.url;
    const sslCreds = gax.grpc.credentials.createInsecure();
    google = new redis.CloudRedisClient({ apiEndpoint: "127.0.0.1", port: server.port, sslCreds, projectId: "p" });
    await lro.start();
    stop = async () => {
      await google.close();
      await server.stop();
      await lro.close();
    };
  });
  afterEach(() => stop());

  const request = (instanceId: string): object => ({ parent, instanceId, instance: { tier: "BASIC" } });

  describe("@google-cloud/redis", () => {
    test("receives progress and the result", async () => {
      const [operation] = await google.createInstance(request("cache"));
      const progress = new Promise<Record<string, unknown>>((resolve) => operation.on("progress", resolve));
      const done = operation.promise();
      expect(await progress).toMatchObject({ target: "cache", verb: "create" });
      resize.open();
      const [instance] = await done;
      expect(instance).toMatchObject({ name: `${parent}/instances/cache`, memorySizeGb: 4 });
    });

    test("receives the error and its details", async () => {
      const [operation] = await google.createInstance(request("broken"));
      await expect(operation.promise()).rejects.toMatchObject({ code: 8, message: "no room in the zone" });
      const details = operation.latestResponse.error?.details ?? [];
      expect(details.map(({ type_url }) => type_url)).toEqual(["type.googleapis.com/google.rpc.ErrorInfo"]);
    });

    test("cancels", async () => {
      const [operation] = await google.createInstance(request("forever"));
      await operation.cancel();
      await expect(operation.promise()).rejects.toMatchObject({ code: 1 });
    });

    test("lists operations", async () => {
      resize.open();
      const [first] = await google.createInstance(request("first"));
      const [second] = await google.createInstance(request("second"));
      const names: string[] = [];
      const listed = google.operationsClient.listOperationsAsync({ name: parent, pageSize: 1 } as never);
      for await (const { name } of listed as AsyncIterable<{ name: string }>) {
        names.push(name);
      }
      expect(names).toEqual([second.name, first.name]);
    });
  });

  describe("our client, in a second process", () => {
    const startProgram = testPrograms();

    /** Runs the program and returns its messages. */
    async function run(
      task: Pick<RedisTask, "create" | "resume" | "cancel">,
      onNews: (news: RedisNews) => void = () => {},
    ): Promise<RedisNews[]> {
      const { messages } = startProgram<RedisNews>("test/redis-client-process.ts", {
        args: [JSON.stringify({ baseUrl: url, parent, ...task })],
      });
      for await (const news of messages) {
        onNews(news);
      }
      return messages.entries;
    }

    test("receives progress and the result and lists operations", async () => {
      const seen = await run({ create: "cache" }, () => resize.open());
      expect(seen[0]).toEqual({ kind: "progress", target: "cache" });
      expect(seen.at(-1)).toMatchObject({
        ...{ kind: "succeeded", instance: `${parent}/instances/cache`, memorySizeGb: 4 },
        listed: [expect.stringContaining(`${parent}/operations/`)],
      });
    });

    test("resumes an operation that Google's client started", async () => {
      const [operation] = await google.createInstance(request("cache"));
      const seen = await run({ resume: operation.name ?? "" }, () => resize.open());
      expect(seen[0]).toEqual({ kind: "progress", target: "cache" });
      expect(seen.at(-1)).toMatchObject({ kind: "succeeded", listed: [operation.name] });
    });

    test("receives the error and its details", async () => {
      const seen = await run({ create: "broken" });
      expect(seen.at(-1)).toEqual({ kind: "failed", code: Code.ResourceExhausted, reasons: ["ZONE_IS_FULL"] });
    });

    test("cancels", async () => {
      const [operation] = await google.createInstance(request("forever"));
      const seen = await run({ resume: operation.name ?? "", cancel: true });
      expect(seen.at(-1)).toEqual({ kind: "cancelled", code: Code.Canceled, reasons: [] });
    });
  });
});
