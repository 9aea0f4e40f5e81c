import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import { behaviours } from "../../test/differences.ts";
import { readRedisApi } from "../../test/redis-api.ts";
import { type RedisServer, type State, serveRedis } from "../../test/redis-server.ts";

const api = await readRedisApi();
const all = behaviours(api);
let server: RedisServer;

beforeAll(async () => {
  const polls = new Map<string, number>();
  // The behaviour is told by the name, which the caller chooses.
  const behaviourOf = (name: string) => all[Number(name.replace(/.*-/, ""))];

  function read(name: string): State {
    const answers = behaviourOf(name)?.polls ?? [];
    const count = polls.get(name) ?? 0;
    polls.set(name, count + 1);
    const answer = answers[Math.min(count, answers.length - 1)] ?? {};
    if (answer instanceof ConnectError) {
      throw answer;
    }
    return { name, ...answer };
  }

  server = await serveRedis(api, {
    createInstance: ({ instanceId }) => ({ name: `operations/${instanceId}`, ...behaviourOf(instanceId)?.start }),
    operations: { getOperation: ({ name }) => read(name), cancelOperation: () => ({}) },
  });
});

afterAll(() => server.close());

test("our client and google-gax's take the same behaviours as the documentation says", async () => {
  const rows = await Promise.all(
    all.map(async ({ what, why = "", google, ours }, index) => {
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
      return [what, await theirs, await own, why];
    }),
  );
  const table = [["", "google-gax", "protoc-gen-ts-lro", ""], ["---", "---", "---", "---"], ...rows];
  const differ = rows.filter(([, google, own]) => google !== own?.replace(/Operation\w*Error /, "")).length;
  const text = `# How our client differs from google-gax's

The same ${rows.length} behaviours of servers and callers, through both clients, against the same server. A test runs them and
compares what it sees with this table. They differ in ${differ}.

${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
  await expect(text).toMatchFileSnapshot("../../docs/client-differences.md");
  expect(rows.length).toBeGreaterThanOrEqual(40);
});

// google-gax unpacks where nobody catches what it throws, which ends the process.
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

/** What came of a wait, in words. */
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
