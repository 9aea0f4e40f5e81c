import {
  create,
  createFileRegistry,
  createRegistry,
  type DescService,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, MethodOptionsSchema } from "@bufbuild/protobuf/wkt";
import {
  type CallOptions,
  type Client,
  createClient,
  createRouterTransport,
  type HandlerContext,
  type Interceptor,
  type ServiceImpl,
} from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { http } from "../gen/google/api/annotations_pb.ts";
import { HttpRuleSchema } from "../gen/google/api/http_pb.ts";
import { RoutingRuleSchema, routing } from "../gen/google/api/routing_pb.ts";
import { Operations } from "../gen/google/longrunning/operations_pb.ts";
import { createOperationsClient } from "./operations-client.ts";
import { routingHeaders } from "./routing-headers.ts";

interface Options {
  readonly http?: MessageInitShape<typeof HttpRuleSchema>;
  readonly routing?: [field: string, pathTemplate?: string][];
}

/** Returns the header of a call with the given request to a method with the given options. */
async function header(options: Options, request: object, headers: HeadersInit = {}): Promise<string | null> {
  const service = describeService(options);
  let seen: string | null = null;
  const transport = createRouterTransport(
    (router) => {
      const call = (_: unknown, { requestHeader }: HandlerContext): object => {
        seen = requestHeader.get("x-goog-request-params");
        return {};
      };
      router.service(service, { call } as object as ServiceImpl<DescService>);
    },
    { transport: { interceptors: [routingHeaders()] } },
  );
  const client = createClient(service, transport) as Client<DescService> & {
    call(request: object, options: CallOptions): Promise<unknown>;
  };
  await client.call(request, { headers });
  return seen;
}

function describeService({ http: httpRule, routing: parameters }: Options): DescService {
  const options = create(MethodOptionsSchema);
  if (httpRule) {
    setExtension(options, http, create(HttpRuleSchema, httpRule));
  }
  if (parameters) {
    const routingParameters = parameters.map(([field, pathTemplate = ""]) => ({ field, pathTemplate }));
    setExtension(options, routing, create(RoutingRuleSchema, { routingParameters }));
  }
  const [string, message, optional] = [9, 11, 1];
  const file = create(FileDescriptorProtoSchema, {
    name: "test.proto",
    syntax: "proto3",
    messageType: [
      {
        name: "Request",
        field: [
          { name: "table_name", number: 1, type: string, label: optional },
          { name: "app_profile_id", number: 2, type: string, label: optional },
          { name: "count", number: 3, type: 5, label: optional },
          { name: "parent", number: 4, type: message, typeName: ".Request", label: optional },
        ],
      },
    ],
    service: [{ name: "Service", method: [{ name: "Call", inputType: ".Request", outputType: ".Request", options }] }],
  });
  return createFileRegistry(file, () => undefined).getService("Service") as DescService;
}

// The request of the examples in google/api/routing.proto.
const tableName = "projects/proj_foo/instances/instance_bar/table/table_baz";
const example = { tableName, appProfileId: "profiles/prof_qux" };
const encode = encodeURIComponent;

describe("google.api.routing", () => {
  test.each<[string, [string, string?][], Record<string, string>]>([
    ["1: a field", [["app_profile_id"]], { app_profile_id: "profiles/prof_qux" }],
    ["2: a field under another key", [["app_profile_id", "{routing_id=**}"]], { routing_id: "profiles/prof_qux" }],
    ["3a: a field that matches", [["table_name", "{table_name=projects/*/instances/*/**}"]], { table_name: tableName }],
    ["3b: a field that does not match", [["table_name", "{table_name=regions/*/zones/*/**}"]], {}],
    [
      "3c: the one of two that matches",
      [
        ["table_name", "{table_name=regions/*/zones/*/**}"],
        ["table_name", "{table_name=projects/*/instances/*/**}"],
      ],
      { table_name: tableName },
    ],
    ["4: a part of a field", [["table_name", "{routing_id=projects/*}/**"]], { routing_id: "projects/proj_foo" }],
    [
      "5: the last of two that match",
      [
        ["table_name", "{routing_id=projects/*}/**"],
        ["table_name", "{routing_id=projects/*/instances/*}/**"],
      ],
      { routing_id: "projects/proj_foo/instances/instance_bar" },
    ],
    [
      "6: two parts of a field",
      [
        ["table_name", "{project_id=projects/*}/instances/*/**"],
        ["table_name", "projects/*/{instance_id=instances/*}/**"],
      ],
      { project_id: "projects/proj_foo", instance_id: "instances/instance_bar" },
    ],
    [
      "7: two fields",
      [
        ["table_name", "{project_id=projects/*}/**"],
        ["app_profile_id", "{routing_id=**}"],
      ],
      { project_id: "projects/proj_foo", routing_id: "profiles/prof_qux" },
    ],
    [
      "8: the last that matches, of several fields",
      [
        ["table_name", "{routing_id=projects/*}/**"],
        ["table_name", "{routing_id=regions/*}/**"],
        ["app_profile_id", "{routing_id=**}"],
      ],
      { routing_id: "profiles/prof_qux" },
    ],
  ])("example %s", async (_, parameters, expected) => {
    const pairs = Object.entries(expected).map(([key, value]) => `${key}=${encode(value)}`);
    expect(await header({ routing: parameters }, example)).toBe(pairs.join("&") || null);
  });

  test("matches without a trailing slash if ** matches no segments", async () => {
    const rule: Options = { routing: [["table_name", "{project=projects/*}/**"]] };
    expect(await header(rule, { tableName: "projects/p" })).toBe("project=projects%2Fp");
    expect(await header(rule, { tableName: "projects/p/" })).toBe("project=projects%2Fp");
    expect(await header(rule, { tableName: "projects" })).toBeNull();
  });

  test("takes precedence over google.api.http, even if it is empty", async () => {
    const get = { pattern: { case: "get", value: "/v1/{table_name=**}" } } as const;
    expect(await header({ http: get, routing: [["app_profile_id"]] }, example)).toBe(
      "app_profile_id=profiles%2Fprof_qux",
    );
    expect(await header({ http: get, routing: [] }, example)).toBeNull();
  });
});

describe("google.api.http", () => {
  test("adds the path variables, including nested fields and fields that are not strings", async () => {
    const value = "/v1/{table_name=projects/*}/{parent.app_profile_id}:{count}";
    const request = { tableName: "projects/a b", parent: { appProfileId: "é" }, count: 3 };
    expect(await header({ http: { pattern: { case: "post", value } } }, request)).toBe(
      "table_name=projects%2Fa%20b&parent.app_profile_id=%C3%A9&count=3",
    );
  });

  test("adds the path variables of additional bindings", async () => {
    const additionalBindings = [{ pattern: { case: "get", value: "/v2/{app_profile_id}" } } as const];
    const rule = { pattern: { case: "custom", value: { kind: "HEAD", path: "/v1/{table_name}" } } } as const;
    expect(await header({ http: { ...rule, additionalBindings } }, { tableName: "t", appProfileId: "a" })).toBe(
      "table_name=t&app_profile_id=a",
    );
  });

  test("omits fields that are not set and sets no empty header", async () => {
    const value = "/v1/{table_name}/{parent.app_profile_id}/{nowhere}";
    expect(await header({ http: { pattern: { case: "get", value } } }, { tableName: "t" })).toBe("table_name=t");
    expect(await header({ http: { pattern: { case: "get", value } } }, {})).toBeNull();
    expect(await header({}, example)).toBeNull();
  });
});

test("a header that the caller sets is kept", async () => {
  const options: Options = { http: { pattern: { case: "get", value: "/v1/{table_name}" } } };
  expect(await header(options, { tableName: "t" }, { "x-goog-request-params": "a=b" })).toBe("a=b");
});

test("with the interceptor, each call of google.longrunning.Operations has the header; without it, none has", async () => {
  for (const interceptors of [[routingHeaders()], []]) {
    const seen: string[] = [];
    const note: Interceptor = (next) => (request) => {
      seen.push(`${request.method.name} ${request.header.get("x-goog-request-params")}`);
      return next(request);
    };
    const transport = createRouterTransport(
      ({ service }) => {
        service(Operations, {
          getOperation: () => ({}),
          waitOperation: () => ({ done: true }),
          cancelOperation: () => ({}),
          deleteOperation: () => ({}),
          listOperations: () => ({}),
        });
      },
      { transport: { interceptors: [note, ...interceptors].reverse() } },
    );
    const client = createOperationsClient(transport, { registry: createRegistry() });
    const operation = client.resume("operations/ü");
    await operation.poll();
    await operation.wait().catch(() => {});
    await operation.cancel();
    await operation.delete();
    await client.list("publishers/1").next();
    const [own, parent] = interceptors.length > 0 ? ["name=operations%2F%C3%BC", "name=publishers%2F1"] : [null, null];
    expect(seen).toEqual([
      `GetOperation ${own}`,
      `WaitOperation ${own}`,
      `CancelOperation ${own}`,
      `DeleteOperation ${own}`,
      `ListOperations ${parent}`,
    ]);
  }
});
