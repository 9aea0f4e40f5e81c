import { ConnectError } from "@connectrpc/connect";
import { type AzureServer, serveAzure } from "./azure-lro.ts";
import { behaviors } from "./differences.ts";
import { readRedisApi } from "./redis-api.ts";
import { type RedisServer, type State, serveRedis } from "./redis-server.ts";

/** Servers of all situations. The caller chooses the ID of an instance, which ends with the index of the situation. */
export interface DifferenceServers {
  readonly all: ReturnType<typeof behaviors>;
  readonly redis: RedisServer;
  readonly azure: AzureServer;
  close(): Promise<void>;
}

export async function serveDifferences(): Promise<DifferenceServers> {
  const api = await readRedisApi();
  const all = behaviors(api);
  const polls = new Map<string, number>();
  const behaviorOf = (name: string) => all[Number(name.split("-")[1] ?? Number.NaN)];

  function start(id: string): State {
    return { name: `operations/${id}`, ...behaviorOf(id)?.start };
  }

  function read(name: string): State {
    const { start: first = {}, polls: answers = [first] } = behaviorOf(name) ?? {};
    const count = polls.get(name) ?? 0;
    polls.set(name, count + 1);
    const answer = answers[Math.min(count, answers.length - 1)] ?? {};
    if (answer instanceof ConnectError) {
      throw answer;
    }
    return { name, ...answer };
  }

  const redis = await serveRedis(api, {
    createInstance: ({ instanceId }) => start(instanceId),
    operations: { getOperation: ({ name }) => read(name), cancelOperation: () => ({}) },
  });
  const azure = await serveAzure(
    (index) => start(`azure-${index}`),
    (index) => read(`operations/azure-${index}`),
    api.instance,
  );
  return {
    all,
    redis,
    azure,
    async close() {
      azure.close();
      await redis.close();
    },
  };
}
