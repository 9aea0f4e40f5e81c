import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { GoogleAuth, UserRefreshClient } from "google-auth-library";
import { createLroClient } from "protoc-gen-ts-lro/client";
import { type GoogleCloudOptions, googleCloud } from "protoc-gen-ts-lro/google-cloud";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { serveHttp2 } from "../../test/http2-server.ts";
import { type RedisApi, readRedisApi } from "../../test/redis-api.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";

const parent = "projects/p/locations/l";

/** Serves HTTP on the loopback interface and returns the origin. */
async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves Google's Redis API, and returns a client and the headers of the calls. */
async function redis(options?: GoogleCloudOptions) {
  const api: RedisApi = await readRedisApi();
  const headers: Headers[] = [];
  const server = await serveHttp2((router) => {
    router.service(Operations, {
      getOperation({ name }, { requestHeader }) {
        headers.push(requestHeader);
        return { name, done: true, result: { case: "error", value: { code: Code.Aborted, message: "enough" } } };
      },
    });
    const createInstance = (_: unknown, { requestHeader }: { requestHeader: Headers }) => {
      headers.push(requestHeader);
      return { name: `${parent}/operations/1` };
    };
    router.service(api.service.service, { createInstance } as object as ServiceImpl<DescService>);
  });
  onTestFinished(() => server.stop());
  const transport = createGrpcTransport({ baseUrl: server.url, interceptors: googleCloud(options) });
  return { redis: createLroClient(api.service, transport), headers };
}

/** A token endpoint that answers with these statuses, the last of which repeats, and counts the tokens. */
async function tokenEndpoint(statuses: number[] = [200], expiresIn = 3_600) {
  let requests = 0;
  const origin = await serve((_, response) => {
    const status = statuses[Math.min(requests++, statuses.length - 1)] ?? 200;
    const body =
      status === 200
        ? { access_token: `token-${requests}`, expires_in: expiresIn, token_type: "Bearer" }
        : { error: "invalid_grant", error_description: "the account is disabled" };
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  return { endpoints: { oauth2TokenUrl: `${origin}/token` }, requests: () => requests };
}

/** The credentials of a user, as `gcloud auth application-default login` stores them. */
function user(endpoints: { oauth2TokenUrl: string }, quotaProjectId = "quota-of-the-user"): GoogleAuth {
  const account = { clientId: "id", clientSecret: "secret", refreshToken: "refresh" };
  return new GoogleAuth({ authClient: new UserRefreshClient({ ...account, endpoints, quotaProjectId }) });
}

const start = { parent, instanceId: "i" } as Record<string, unknown>;

describe("googleCloud", () => {
  test("sets credentials, the quota project and the routing header on the start and on polls", async () => {
    const { endpoints, requests } = await tokenEndpoint();
    const { redis: client, headers } = await redis({ auth: user(endpoints) });
    const operation = await client.createInstance(start);
    await operation.poll();
    expect(headers.map((header) => header.get("authorization"))).toEqual(["Bearer token-1", "Bearer token-1"]);
    expect(headers.map((header) => header.get("x-goog-user-project"))).toEqual(Array(2).fill("quota-of-the-user"));
    expect(headers[0]?.get("x-goog-request-params")).toBe(`parent=${encodeURIComponent(parent)}`);
    expect(requests()).toBe(1);
  });

  test("refreshes a token that has expired", async () => {
    const { endpoints } = await tokenEndpoint([200], 1);
    const { redis: client, headers } = await redis({ auth: user(endpoints) });
    const operation = await client.createInstance(start);
    await operation.poll();
    expect(headers.map((header) => header.get("authorization"))).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("sends the quota project of its options, unless the call has its own headers", async () => {
    const { endpoints } = await tokenEndpoint();
    const { redis: client, headers } = await redis({ auth: user(endpoints), quotaProject: "of-the-options" });
    await client.createInstance(start);
    const own = { authorization: "Bearer mine", "x-goog-user-project": "of-the-call" };
    await client.createInstance(start, { headers: own });
    expect(headers.map((header) => header.get("x-goog-user-project"))).toEqual(["of-the-options", "of-the-call"]);
    expect(headers[1]?.get("authorization")).toBe("Bearer mine");
  });

  test("fails with UNAUTHENTICATED if the credentials are rejected", async () => {
    const { endpoints } = await tokenEndpoint([400]);
    const { redis: client, headers } = await redis({ auth: user(endpoints) });
    await expect(client.createInstance(start)).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: expect.stringContaining("cannot get Google Cloud credentials: "),
    });
    expect(headers).toEqual([]);
  });

  test("fails with UNAVAILABLE if the token endpoint does, so that waits continue", async () => {
    const { endpoints } = await tokenEndpoint([200, 503, 200], 1);
    const { redis: client } = await redis({ auth: user(endpoints) });
    const operation = await client.createInstance(start);
    await expect(operation.outcome()).resolves.toMatchObject({ status: "failed" });
    const unreachable = await redis({ auth: user({ oauth2TokenUrl: "http://127.0.0.1:1/token" }) });
    await expect(unreachable.redis.createInstance(start)).rejects.toMatchObject({ code: Code.Unavailable });
  });
});

describe("by default", () => {
  beforeEach(() => {
    // No credentials in the environment or in the home of the user.
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
    vi.stubEnv("HOME", "/nonexistent");
    vi.stubEnv("APPDATA", "/nonexistent");
  });
  afterEach(() => vi.unstubAllEnvs());

  test("googleCloud uses the credentials of the machine", async () => {
    const paths: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      paths.push(request.url);
      const token = JSON.stringify({ access_token: "of-the-machine", expires_in: 3_600, token_type: "Bearer" });
      const body = request.url?.includes("/token") ? token : "googleapis.com";
      response.writeHead(200, { "metadata-flavor": "Google", "content-type": "application/json" }).end(body);
    });
    vi.stubEnv("GCE_METADATA_HOST", new URL(origin).host);
    vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
    const { redis: client, headers } = await redis({ quotaProject: "billed" });
    await client.createInstance(start);
    expect(headers[0]?.get("authorization")).toBe("Bearer of-the-machine");
    expect(headers[0]?.get("x-goog-user-project")).toBe("billed");
    expect(paths.find((path) => path?.includes("/token"))).toContain(encodeURIComponent("auth/cloud-platform"));
  });

  test("googleCloud fails with UNAUTHENTICATED if there are none", async () => {
    vi.stubEnv("METADATA_SERVER_DETECTION", "none");
    const { redis: client } = await redis();
    await expect(client.createInstance(start)).rejects.toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: expect.stringContaining("Could not load the default credentials"),
    });
  });
});
