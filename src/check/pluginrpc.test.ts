import {
  create,
  createRegistry,
  type DescMessage,
  fromBinary,
  fromJsonString,
  type MessageShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { anyPack, anyUnpack } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  CheckRequestSchema,
  CheckService,
  ListCategoriesResponseSchema,
  ListRulesRequestSchema,
  ListRulesResponseSchema,
} from "../gen/buf/plugin/check/v1/check_pb.ts";
import { Code, RequestSchema, ResponseSchema, SpecSchema } from "../gen/pluginrpc/v1/pluginrpc_pb.ts";
import { InvalidArgumentError, type ServiceImpl, servePlugin } from "./pluginrpc.ts";

const nothing = new Uint8Array();
const check = "/buf.plugin.check.v1.CheckService/Check";
const listRules = "/buf.plugin.check.v1.CheckService/ListRules";
const listCategories = "/buf.plugin.check.v1.CheckService/ListCategories";
const registry = createRegistry(CheckService.file);

/** Responds to each request with a single annotation, rule or category, whose id identifies the request. */
const implementation: ServiceImpl<typeof CheckService> = {
  check: ({ fileDescriptors, ruleIds }) => {
    if (ruleIds.includes("invalid")) {
      throw new InvalidArgumentError("the rule is invalid.");
    }
    if (ruleIds.includes("broken")) {
      throw new TypeError("the rule is broken.");
    }
    return { annotations: [{ ruleId: `${fileDescriptors.length} files` }] };
  },
  listRules: ({ pageSize }) => ({ rules: [{ id: `page of ${pageSize}` }] }),
  listCategories: () => ({ categories: [{ id: "LRO" }] }),
};

test("the protocol is 1", () => {
  expect(String(Buffer.from(serve(nothing, "--protocol")))).toBe("1\n");
});

test("the specification lists the methods of the service", () => {
  const { procedures } = fromBinary(SpecSchema, serve(nothing, "--spec"));
  expect(procedures.map(({ path }) => path)).toEqual([check, listRules, listCategories]);
});

describe("a method", () => {
  const request = encode(ListRulesRequestSchema, { pageSize: 7 });

  test.each([[[]], [["--format", "binary"]], [["--format=binary"]]])("is called in binary with %j", (format) => {
    const { value, error } = fromBinary(ResponseSchema, serve(request, listRules, ...format));
    expect(error).toBeUndefined();
    expect(value && anyUnpack(value, ListRulesResponseSchema)?.rules[0]?.id).toBe("page of 7");
  });

  test.each([[["--format", "json"]], [["--format=json"]]])(
    "is called in JSON with %j, before or after its name",
    (format) => {
      const json = Buffer.from(toJsonString(RequestSchema, fromBinary(RequestSchema, request), { registry }));
      for (const args of [
        [listRules, ...format],
        [...format, listRules],
      ]) {
        const answer = String(Buffer.from(serve(json, ...args)));
        expect(answer).toMatch(/^\{.*"page of 7".*\}\n$/);
        expect(() => fromJsonString(ResponseSchema, answer, { registry })).not.toThrow();
      }
    },
  );

  test("can be called without a request", () => {
    expect(String(Buffer.from(serve(nothing, listCategories, "--format=json")))).toContain('"LRO"');
    const { value } = fromBinary(ResponseSchema, serve(nothing, listCategories));
    expect(value && anyUnpack(value, ListCategoriesResponseSchema)?.categories[0]?.id).toBe("LRO");
    expect(String(Buffer.from(serve(toBinary(RequestSchema, create(RequestSchema)), listRules)))).toContain(
      "page of 0",
    );
  });

  test("does not read stdin unless it is called", () => {
    const unreadable = (): never => expect.unreachable();
    expect(() => servePlugin(CheckService, implementation, ["--spec"], unreadable)).not.toThrow();
  });

  test("returns a response that rejects an invalid request", () => {
    const { value, error } = fromBinary(
      ResponseSchema,
      serve(encode(CheckRequestSchema, { ruleIds: ["invalid"] }), check),
    );
    expect(value).toBeUndefined();
    expect(error).toMatchObject({ code: Code.INVALID_ARGUMENT, message: "the rule is invalid." });
    expect(new InvalidArgumentError("").name).toBe("InvalidArgumentError");
  });

  test("fails with any other error", () => {
    expect(() => serve(encode(CheckRequestSchema, { ruleIds: ["broken"] }), check)).toThrow(TypeError);
  });
});

describe("bad input is rejected with the reason", () => {
  const request = encode(CheckRequestSchema, { fileDescriptors: [{ fileDescriptorProto: Uint8Array.of(1, 2, 3) }] });
  const noRequest = "the input is not a pluginrpc request with a buf.plugin.check.v1.CheckRequest: ";

  test.each<[string, string, Uint8Array, readonly string[]]>([
    ["text", noRequest, Buffer.from("hello\n"), [check]],
    ["a truncated request", noRequest, request.subarray(0, -3), [check]],
    [
      "a request for another method",
      `${noRequest}it contains a type.googleapis.com/buf.plugin.check.v1.ListRulesRequest`,
      encode(ListRulesRequestSchema, {}),
      [check],
    ],
    ["JSON where binary is expected", noRequest, Buffer.from("{}"), [check]],
    ["binary where JSON is expected", noRequest, request, [check, "--format", "json"]],
    ["an unknown format", 'unknown format "xml". Use binary or json.', nothing, [check, "--format", "xml"]],
    ["a missing format", 'unknown format "". Use', nothing, ["--spec", "--format"]],
    ["an unknown method", 'unknown command "/Fix". Run this plugin through buf', nothing, ["/Fix"]],
    ["too many arguments", 'unexpected argument "--fix". Remove it.', nothing, [check, "--fix"]],
    ["no arguments", 'unknown command "". Run this plugin through buf; see --help.', nothing, []],
  ])("%s", (_, message, stdin, args) => {
    expect(() => serve(stdin, ...args)).toThrow(message);
  });
});

function serve(stdin: Uint8Array, ...args: string[]): Uint8Array {
  return servePlugin(CheckService, implementation, args, () => stdin);
}

function encode<D extends DescMessage>(schema: D, init: Parameters<typeof create<D>>[1]): Uint8Array {
  const message: MessageShape<D> = create(schema, init);
  return toBinary(RequestSchema, create(RequestSchema, { value: anyPack(schema, message) }));
}
