import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { behaviors } from "../../test/differences.ts";
import { readRedisApi } from "../../test/redis-api.ts";
import { type RedisServer, type State, serveRedis } from "../../test/redis-server.ts";

const api = await readRedisApi();
const all = behaviors(api);
let server: RedisServer;

beforeAll(async () => {
  const polls = new Map<string, number>();
  // The caller chooses the name, which ends with the index of the behavior.
  const behaviorOf = (name: string) => all[Number(name.replace(/.*-/, ""))];

  function read(name: string): State {
    const answers = behaviorOf(name)?.polls ?? [];
    const count = polls.get(name) ?? 0;
    polls.set(name, count + 1);
    const answer = answers[Math.min(count, answers.length - 1)] ?? {};
    if (answer instanceof ConnectError) {
      throw answer;
    }
    return { name, ...answer };
  }

  server = await serveRedis(api, {
    createInstance: ({ instanceId }) => ({ name: `operations/${instanceId}`, ...behaviorOf(instanceId)?.start }),
    operations: { getOperation: ({ name }) => read(name), cancelOperation: () => ({}) },
  });
});

afterAll(() => server.close());

test("our client and google-gax behave as documented", async () => {
  const rows = await Promise.all(
    all.map(async ({ situation, why = "", google, ours }, index) => {
      const parent = "projects/p/locations/l";
      const theirs = tell(async () => {
        const [operation] = await server.google.createInstance({ parent, instanceId: `google-${index}`, instance: {} });
        return Promise.race([uncaught(operation), google ? google(operation as never, server) : operation.promise()]);
      });
      const own = tell(async () => {
        const operation = await server.ours.createInstance({ parent, instanceId: `ours-${index}` } as Record<
          string,
          unknown
        >);
        return ours ? ours(operation, server) : operation.wait();
      });
      return [situation, await theirs, await own, why];
    }),
  );
  const heads = ["Situation", "google-gax", "protoc-gen-ts-lro", "Why"];
  const table = [heads, heads.map(() => "---"), ...rows];
  const differ = rows.filter(([, google, own]) => google !== own?.replace(/Operation\w*Error /, "")).length;
  const text = `# Behavior compared with google-gax

A test runs both clients against the same server in ${rows.length} situations and compares the results with this table. The clients
differ in ${differ} of them. Unless the table says otherwise, the caller waits for the result. "instance" is the name of the
instance in the response, "final" is that name in the response of a later state, and "metadata" is a value from the
operation's metadata. "never ends" means that the wait did not end within 5 seconds. "ends the process" means that an error
is thrown in a callback, where callers cannot catch it.

${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
  await expect(text).toMatchFileSnapshot("../../docs/client-differences.md");
  expect(rows.length).toBeGreaterThanOrEqual(40);
  expect(rows.map(([, , own]) => own)).not.toContain("never ends");
  expect(rows.map(([, , own]) => own)).not.toContain("ends the process");
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
async function tell(wait: () => Promise<unknown>): Promise<string> {
  const patience = new Promise<string>((resolve) => setTimeout(resolve, 5_000, "never ends"));
  return Promise.race([patience, wait().then(tellResult, tellError)]);
}

function tellResult(result: unknown): string {
  const value = Array.isArray(result) ? result[0] : result;
  return typeof value === "string" ? value : `returns ${JSON.stringify(value?.name ?? value)}`;
}

function tellError({ name, code, problem }: Error & { code?: Code; problem?: string }): string {
  const codeName = code === undefined ? "" : (Code[code]?.replace(/\B[A-Z]/g, "_$&").toUpperCase() ?? `code ${code}`);
  return ["throws", name === "Error" ? "" : name, codeName, problem].filter(Boolean).join(" ");
}
