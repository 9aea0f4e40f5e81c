import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../diagnostic.ts";
import { parseServiceYaml } from "./parse-service-yaml.ts";
import type { ServiceYaml } from "./service-yaml.ts";

const method = "acme.v1.Service.Create";

function read(text: string): ServiceYaml {
  return parseServiceYaml("acme.yaml", text);
}

function problemsOf(text: string): string[] {
  return read(text).problems.map(formatDiagnostic);
}

/** Returns a file with one entry under method_settings, whose settings start on line 3, column 5. */
function longRunning(settings: string): string {
  return `publishing: { method_settings: [{ selector: ${method},\n  long_running: {\n    ${settings} } }] }`;
}

describe("polling settings", () => {
  it("are read from a file as in googleapis", () => {
    const { settings, problems } = read(`
type: google.api.Service
config_version: 3
name: acme.example.com
publishing:
  method_settings:
  - selector: ${method}
    long_running:
      initial_poll_delay: 60s
      poll_delay_multiplier: 1.3
      max_poll_delay: 360.5s
      total_poll_timeout: 43200s
  new_issue_uri: https://example.com/issues
  library_settings:
  - version: acme.v1`);
    expect(problems).toEqual([]);
    expect(settings).toEqual([
      {
        selector: method,
        position: "acme.yaml:7:5",
        polling: { initialDelayMs: 60_000, delayMultiplier: 1.3, maxDelayMs: 360_500, totalTimeoutMs: 43_200_000 },
      },
    ]);
  });

  it("can be spelled in lowerCamelCase, and numbers as strings, as in JSON", () => {
    const { settings, problems } = read(`
publishing:
  methodSettings:
  - { selector: ${method}, longRunning: { initialPollDelay: 1s, pollDelayMultiplier: "1.5", batching: {} } }`);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('google.api.MethodSettings.LongRunning has no field "batching"'),
    ]);
    expect(settings[0]?.polling).toEqual({ initialDelayMs: 1000, delayMultiplier: 1.5 });
  });

  it("can come from aliases and merge keys, which a file's own keys override", () => {
    const { settings, problems } = read(`
publishing:
  method_settings:
  - selector: ${method}
    long_running: &slow { initial_poll_delay: 5s, max_poll_delay: &long 50s }
  - { selector: a.B.C, long_running: { total_poll_timeout: *long, max_poll_delay: 9s, <<: *slow } }
  - { selector: a.B.D, long_running: { <<: [{ initial_poll_delay: 1s }, *slow] } }
  - { selector: a.B.E, long_running: &self { <<: *self, initial_poll_delay: 2s } }`);
    expect(problems).toEqual([]);
    expect(settings.map(({ polling }) => polling)).toEqual([
      { initialDelayMs: 5000, maxDelayMs: 50_000 },
      { initialDelayMs: 5000, maxDelayMs: 9000, totalTimeoutMs: 50_000 },
      { initialDelayMs: 1000, maxDelayMs: 50_000 },
      { initialDelayMs: 2000 },
    ]);
  });

  const duration = "must be a positive number of seconds followed by s. Write, for example,";
  const factor = "must be a number that is at least 1. Write, for example, poll_delay_multiplier: 1.5.";
  it.each([
    ["initial_poll_delay: 60", 25, `initial_poll_delay is 60, but ${duration} initial_poll_delay: 60s.`],
    ["max_poll_delay: 5m", 21, `max_poll_delay is 5m, but ${duration} max_poll_delay: 60s.`],
    ["max_poll_delay: 0s", 21, `max_poll_delay is 0s, but ${duration} max_poll_delay: 60s.`],
    ["max_poll_delay: 0.0001s", 21, `max_poll_delay is 0.0001s, but ${duration} max_poll_delay: 60s.`],
    ["max_poll_delay: about 1s", 21, `max_poll_delay is about 1s, but ${duration} max_poll_delay: 60s.`],
    ["max_poll_delay: 1s later", 21, `max_poll_delay is 1s later, but ${duration} max_poll_delay: 60s.`],
    ["max_poll_delay: 1.1234567891s", 21, `max_poll_delay is 1.1234567891s, but ${duration} max_poll_delay: 60s.`],
    ["max_poll_delay: 400000000000s", 21, `max_poll_delay is 400000000000s, but ${duration} max_poll_delay: 60s.`],
    ["total_poll_timeout: -1s", 25, `total_poll_timeout is -1s, but ${duration} total_poll_timeout: 60s.`],
    ["max_poll_delay: { seconds: 60 }", 21, `max_poll_delay is { seconds: 60 }, but ${duration} max_poll_delay: 60s.`],
    ["max_poll_delay: [60s]", 21, `max_poll_delay is [60s], but ${duration} max_poll_delay: 60s.`],
    ["poll_delay_multiplier: fast", 28, `poll_delay_multiplier is fast, but ${factor}`],
    ["poll_delay_multiplier: 0.9", 28, `poll_delay_multiplier is 0.9, but ${factor}`],
    ["poll_delay_multiplier: .inf", 28, `poll_delay_multiplier is .inf, but ${factor}`],
    ['poll_delay_multiplier: "1.5x"', 28, `poll_delay_multiplier is "1.5x", but ${factor}`],
    ["poll_delay_multiplier: true", 28, `poll_delay_multiplier is true, but ${factor}`],
  ])("%s is an error", (setting, column, message) => {
    expect(problemsOf(longRunning(setting))).toEqual([`acme.yaml:3:${column}: ${message}`]);
    expect(read(longRunning(setting)).settings[0]?.polling).toEqual({});
  });

  it("must not be empty, which would mean polling without a delay", () => {
    const text = longRunning("max_poll_delay: 1s,\n    poll_delay_multiplier:");
    expect(problemsOf(text)).toEqual([`acme.yaml:4:28: poll_delay_multiplier is empty, but ${factor}`]);
  });

  it("are all reported together", () => {
    expect(problemsOf(longRunning("initial_poll_delay: 1, max_poll_delay: 2, poll_delay_multiplier: 3"))).toHaveLength(
      2,
    );
  });
});

describe("keys", () => {
  it.each([
    [
      longRunning("max_pol_delay: 1s"),
      "3:5",
      'google.api.MethodSettings.LongRunning has no field "max_pol_delay". Did you mean "max_poll_delay"?',
    ],
    [
      longRunning("max_poll_delay: 1s, maxPollDelay: 1s"),
      "3:25",
      "maxPollDelay is one of several values for max_poll_delay. Keep one.",
    ],
    [
      `publishing: { method_setting: [] }`,
      "1:15",
      'google.api.Publishing has no field "method_setting". Did you mean "method_settings"?',
    ],
    ["publising: {}", "1:1", 'google.api.Service has no field "publising". Did you mean "publishing"?'],
    ["apis: [{ names: a }]", "1:10", 'google.api.Api has no field "names". Did you mean "name"?'],
    ["backend: { rule: [] }", "1:12", 'google.api.Backend has no field "rule". Did you mean "rules"?'],
    ["backend: { colour: [] }", "1:12", 'google.api.Backend has no field "colour". Use rules.'],
  ])("%j has one that is unknown or repeated", (text, position, message) => {
    expect(problemsOf(text)[0]).toBe(`acme.yaml:${position}: ${message}`);
  });

  it("are not reported if googleapis has them, too", () => {
    const text = `
type: google.api.Service
title: Acme API
auditing: {}
apis: [{ name: acme.v1.Service, version: v1, mixins: [{ name: acme.v1.Other }] }]
backend: { rules: [{ selector: "*", address: acme.example.com, minDeadline: 3, jwtAudience: acme }] }
http: { fully_decode_reserved_expansion: true }
publishing: { documentationUri: https://example.com, method_settings: [{ selector: a.B.C, batching: {} }] }`;
    expect(problemsOf(text)).toEqual([]);
  });

  it("may be empty if they stand for a message or a list", () => {
    expect(problemsOf("apis:\nbackend:\npublishing: { method_settings: }")).toEqual([]);
    expect(read("apis:").apis.size).toBe(0);
  });
});

describe("the shape of a file", () => {
  it.each([
    [
      "publishing: 1",
      "1:13",
      "publishing is 1, but must be a mapping. Write, for example, publishing: { method_settings: [{ selector: acme.library.v1.LibraryService.CreateBook }] }.",
    ],
    [
      "publishing: { method_settings: {} }",
      "1:32",
      "method_settings is {}, but must be a list. Write, for example, method_settings: [{ selector: acme.library.v1.LibraryService.CreateBook }].",
    ],
    [
      "apis: [acme]",
      "1:8",
      "apis is acme, but must be a mapping. Write, for example, apis: [{ name: acme.library.v1.LibraryService }].",
    ],
    ["apis: [{}]", "1:8", "google.api.Api has no name. Add one, for example, name: acme.library.v1.LibraryService."],
    [
      "publishing: { method_settings: [{ long_running: {} }] }",
      "1:33",
      "google.api.MethodSettings has no selector. Add one, for example, selector: acme.library.v1.LibraryService.CreateBook.",
    ],
    ["type: google.api.Other", "1:7", "type is google.api.Other. Name a file of type google.api.Service."],
    ["[]", "1:1", "not a service YAML. It must be a mapping, such as type: google.api.Service."],
    ["", "1:1", "not a service YAML. It must be a mapping, such as type: google.api.Service."],
  ])("%j is an error", (text, position, message) => {
    expect(problemsOf(text)).toEqual([`acme.yaml:${position}: ${message}`]);
  });

  it("must be YAML: the error has the position that the library reports", () => {
    expect(problemsOf('apis: [{ name: "a" }\n\npublishing: {}')[0]).toMatch(
      /^acme\.yaml:\d:\d+: not valid YAML: .+\.$/,
    );
    expect(problemsOf("apis: []\napis: []")).toEqual(["acme.yaml:2:1: not valid YAML: Map keys must be unique."]);
  });

  it("must be YAML only in the parts that are read", () => {
    const text = `
type: google.api.Service
documentation:
  summary: 'Several lines,
 not indented.'
publishing:
  method_settings:
  - { selector: ${method}, long_running: { max_poll_delay: 0s } }`;
    expect(problemsOf(text)).toEqual([expect.stringMatching(/^acme\.yaml:8:\d+: max_poll_delay is 0s/)]);
  });
});

describe("selectors", () => {
  const deadlines = (...selectors: string[]): string =>
    `backend: { rules: [${selectors.map((selector) => `{ selector: ${JSON.stringify(selector)}, deadline: 5 }`)}] }`;

  it.each(["a.B.C", "a.B.*", "a.*", "*", "a.B.C,a.B.D", "a.B.C, a.E.*"])("%s is valid", (selector) => {
    expect(problemsOf(deadlines(selector))).toEqual([]);
  });

  it.each(["", "a.B*", "a.*.C", "a.B.C,", "a B", ".*"])("%j is an error", (selector) => {
    expect(problemsOf(deadlines(selector))).toEqual([
      `acme.yaml:1:32: selector is ${JSON.stringify(selector)}, but must be the full name of a method or a pattern that ends in .*, or several of these, separated by commas. Write, for example, selector: acme.library.v1.LibraryService.CreateBook.`,
    ]);
  });

  it("must not occur twice under method_settings", () => {
    const text = `publishing: { method_settings: [
  { selector: a.B.C },
  { selector: "a.B.D, a.B.C" }] }`;
    expect(problemsOf(text)).toEqual([
      "acme.yaml:3:3: method_settings has two entries for a.B.C, the other one at acme.yaml:2:3. Merge them.",
    ]);
  });
});

describe("auto_populated_fields", () => {
  it("are read", () => {
    const text = `publishing: { method_settings: [{ selector: ${method}, auto_populated_fields: [request_id] }] }`;
    expect(read(text)).toMatchObject({ problems: [], settings: [{ autoPopulatedFields: ["request_id"] }] });
  });

  it("are names of fields", () => {
    const text = `publishing: { method_settings: [{ selector: ${method}, auto_populated_fields: [5, request id] }] }`;
    expect(problemsOf(text)).toHaveLength(2);
    expect(problemsOf(text)[0]).toMatch(
      /: auto_populated_fields is 5, but must be the name of a request field\. Write, for example, auto_populated_fields: \[request_id\]\.$/,
    );
  });
});

describe("deadlines", () => {
  it("are read in seconds", () => {
    const text = `backend: { rules: [{ selector: "acme.v1.Service.*", deadline: 60.0 }, { selector: ${method}, deadline: 0.5 }] }`;
    expect(read(text)).toMatchObject({
      problems: [],
      settings: [
        { selector: "acme.v1.Service.*", startTimeoutMs: 60_000 },
        { selector: method, startTimeoutMs: 500 },
      ],
    });
  });

  it.each(["0", "-1", "60s", ".nan"])("%s is an error", (deadline) => {
    expect(problemsOf(`backend: { rules: [{ selector: "*", deadline: ${deadline} }] }`)).toEqual([
      `acme.yaml:1:47: deadline is ${deadline}, but must be a positive number of seconds. Write, for example, deadline: 60.0.`,
    ]);
  });
});

describe("HTTP rules", () => {
  it("are read for google.longrunning.Operations", () => {
    const { problems, operationsHttp } = read(`
http:
  rules:
  - selector: acme.v1.Service.Other
    unknown: acme
  - selector: google.longrunning.Operations.CancelOperation
    post: '/v1/{name=projects/*/operations/**}:cancel'
    body: '*'
    additional_bindings:
    - get: /v1/operations
    - custom: { kind: HEAD, path: "/v1/{name}" }`);
    expect(problems).toEqual([]);
    expect(operationsHttp).toMatchObject([
      {
        selector: "google.longrunning.Operations.CancelOperation",
        pattern: { case: "post", value: "/v1/{name=projects/*/operations/**}:cancel" },
        body: "*",
        additionalBindings: [
          { pattern: { case: "get", value: "/v1/operations" } },
          { pattern: { case: "custom", value: { kind: "HEAD", path: "/v1/{name}" } } },
        ],
      },
    ]);
  });

  it.each([
    [
      "get: v1/operations",
      "get is v1/operations, but must be an HTTP path. Write, for example, get: /v1/{name=operations/*}.",
    ],
    ['get: "/v1/{name=operations/*"', "but must be an HTTP path."],
    ['get: "/v1/{name}:"', "but must be an HTTP path."],
    ["get: /v1, delete: /v1", "delete is one of several values for pattern. Keep one."],
    ["post: /v1, body: a b", "body is a b, but must be '*' or the name of a field. Write, for example, body: '*'."],
    ["custom: { kind: get, path: /v1 }", "kind is get, but must be an HTTP method. Write, for example, kind: HEAD."],
    ["patsh: /v1", 'google.api.HttpRule has no field "patsh". Did you mean "patch"?'],
  ])("%s is an error", (rule, message) => {
    const problems = problemsOf(`http: { rules: [{ selector: google.longrunning.Operations.GetOperation, ${rule} }] }`);
    expect(problems).toEqual([expect.stringContaining(message)]);
  });
});
