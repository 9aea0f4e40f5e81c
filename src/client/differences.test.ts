import type { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nameOf } from "../../test/azure-lro.ts";
import { type DifferenceServers, serveDifferences } from "../../test/difference-servers.ts";
import { recordedJavaResults } from "../../test/java-gax.ts";

let servers: DifferenceServers;

beforeAll(async () => {
  servers = await serveDifferences();
});

afterAll(() => servers.close());

test("the clients behave as documented", async () => {
  const { all, redis, azure: azureServer } = servers;
  const java = recordedJavaResults();
  const rows = await Promise.all(
    all.map(async ({ situation, why = "", google, ours, azure }, index) => {
      const parent = "projects/p/locations/l";
      const node = resultOf(async () => {
        const [operation] = await redis.google.createInstance({ parent, instanceId: `google-${index}`, instance: {} });
        return Promise.race([uncaught(operation), google ? google(operation as never, redis) : operation.promise()]);
      });
      const own = resultOf(async () => {
        const operation = await redis.ours.createInstance({ parent, instanceId: `ours-${index}` } as Record<
          string,
          unknown
        >);
        return ours ? ours(operation, redis) : operation.wait();
      });
      const poller = resultOf(async () => {
        if (typeof azure === "string") {
          return azure;
        }
        const started = azureServer.start(index);
        return azure ? azure(started, azureServer, index) : started.pollUntilDone();
      });
      return [situation, await own, await node, java[situation] ?? "not recorded", await poller, why];
    }),
  );
  const heads = ["Situation", "protoc-gen-ts-lro", "google-gax (Node.js)", "gax (Java)", "Azure core-lro", "Why"];
  const table = [heads, heads.map(() => "---"), ...rows];
  const differ = rows.filter(([, own, node]) => node !== own?.replace(/Operation\w*Error /, "")).length;
  const text = `# Behavior compared with other clients

Tests run four clients in ${rows.length} situations and compare the results with this table: our client, google-gax for
Node.js, gax for Java, and Azure's @azure/core-lro for JavaScript. Our client and google-gax for Node.js differ in
${differ} of them; the last column gives the reason.

- Google's clients and ours call the same server.
- gax for Java needs Java and Maven, so its results are recorded (of gax 2.76.0). The long suite compares them with a run
  if both are installed.
- Azure's protocol has no google.longrunning.Operation. A server translates the states, and calls pass through the
  pipeline of Azure's clients, which retries some statuses.

Unless the situation names another action, the caller waits for the result. In the table:

- "instance" is the name of the instance in the response, and "final" is that name in the response of a later state.
- "metadata" is a value from the operation's metadata.
- "never ends" means that the wait did not end within 5 seconds.
- "throws OK" is an exception of gax whose status code is OK.
- "ends the process" means that an error is thrown in a callback, where callers cannot catch it.
- "n/a" means that Azure's protocol or client does not have the situation.

${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
  await expect(text).toMatchFileSnapshot("../../docs/client-differences.md");
  expect(rows.length).toBeGreaterThanOrEqual(40);
  expect(rows.map(([, own]) => own)).not.toContain("never ends");
  expect(rows.map(([, own]) => own)).not.toContain("ends the process");
});

// google-gax unpacks responses in a callback. Callers cannot catch errors there, so they end the process.
function uncaught(operation: object): Promise<string> {
  const unpacking = operation as { _unpackResponse(...args: unknown[]): void };
  const unpack = unpacking._unpackResponse.bind(operation);
  return new Promise((resolve) => {
    unpacking._unpackResponse = (...args) => {
      try {
        unpack(...args);
      } catch {
        resolve("ends the process");
      }
    };
  });
}

/** Describes the result of a wait. */
async function resultOf(wait: () => Promise<unknown>): Promise<string> {
  const patience = new Promise<string>((resolve) => setTimeout(resolve, 5_000, "never ends"));
  return Promise.race([patience, wait().then(describeReturn, describeThrow)]);
}

function describeReturn(result: unknown): string {
  const value = Array.isArray(result) ? result[0] : result;
  return typeof value === "string" ? value : `returns ${JSON.stringify(value?.name ?? value)}`;
}

function describeThrow(error: Error & { code?: Code | string; problem?: string }): string {
  const { name, code = "", problem } = error;
  const codeName = typeof code === "number" ? nameOf(code) : code;
  return ["throws", name === "Error" && codeName ? "" : name, codeName, problem].filter(Boolean).join(" ");
}
