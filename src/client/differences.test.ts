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
  // The index of the behaviour is part of the name, which the caller chooses.
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

test("our client and google-gax behave as the documentation says", async () => {
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
  const table = [["Situation", "google-gax", "protoc-gen-ts-lro", "Why"], ["---", "---", "---", "---"], ...rows];
  const differ = rows.filter(([, google, own]) => google !== own?.replace(/Operation\w*Error /, "")).length;
  const text = `# Behavior compared with google-gax

This table compares both clients in ${rows.length} situations, against the same server. They differ in ${differ} of them. A test runs all
situations and checks this table. Unless a row says otherwise, the caller waits for an operation whose response is an
Instance: \`returns "done"\` means that it gets the Instance with the name \`done\`. For errors, the table shows the class,
the code and, for OperationUnpackError, the problem.

${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
  await expect(text).toMatchFileSnapshot("../../docs/client-differences.md");
  expect(rows.length).toBeGreaterThanOrEqual(40);
});

// google-gax unpacks the response in a callback in which errors are not caught, so they end the process.
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

/** Describes the result of a wait in words. */
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
