import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readServiceYaml } from "./service-yaml.ts";

const read = (text: string) => readServiceYaml("redis.yaml", () => parse(text));

describe("a service YAML file", () => {
  it("contains polling settings for the operations of a method", () => {
    const { polling } = read(`
      publishing:
        method_settings:
        - selector: acme.v1.Service.Create
          long_running:
            initial_poll_delay: 60s
            poll_delay_multiplier: 1.5
            max_poll_delay: { seconds: 360 }
            total_poll_timeout: 0.5s
        - selector: acme.v1.Service.Get`);
    expect([...polling]).toEqual([
      [
        "acme.v1.Service.Create",
        { initialDelayMs: 60_000, delayMultiplier: 1.5, maxDelayMs: 360_000, totalTimeoutMs: 500 },
      ],
    ]);
  });

  it.each<[string, string, number]>([
    ["text", "1.25s", 1_250],
    ["seconds", "{ seconds: 2 }", 2_000],
    ["nanoseconds", "{ nanos: 1500000 }", 1.5],
    ["seconds and nanoseconds", "{ seconds: 2, nanos: 500000000 }", 2_500],
    ["zero", "0s", 0],
    ["no fields", "{}", 0],
  ])("can contain durations as %s", (_, duration, ms) => {
    expect(pollingOf(`initial_poll_delay: ${duration}`)).toEqual({ initialDelayMs: ms });
    expect(pollingOf(`max_poll_delay: ${duration}`)).toEqual({ maxDelayMs: ms });
    expect(pollingOf(`total_poll_timeout: ${duration}`)).toEqual({ totalTimeoutMs: ms });
  });

  it("can omit settings", () => {
    expect(pollingOf("max_poll_delay: 1s")).toStrictEqual({ maxDelayMs: 1000 });
    expect(read("type: google.api.Service")).toEqual({ path: "redis.yaml", apis: new Set(), polling: new Map() });
    expect(read("publishing: {}").polling).toEqual(new Map());
    expect(read("{ apis: null, publishing: { method_settings: null } }")).toMatchObject({ apis: new Set() });
  });

  it("lists the services of the API", () => {
    expect(read("apis: [{ name: acme.v1.Service }]").apis).toEqual(new Set(["acme.v1.Service"]));
  });

  it.each<unknown>(["5m", "-1s", "1.s", ".5s", "1s ", "about 1s", { seconds: -1 }, { nanos: -1 }, { seconds: "soon" }])(
    "is rejected with the reason if a duration is %j",
    (duration) => {
      const text = JSON.stringify(duration);
      expect(() => pollingOf(`max_poll_delay: ${text}`)).toThrow(
        `service_yaml=redis.yaml: max_poll_delay of acme.v1.Service.Create is ${text}. ` +
          "Use a duration such as 60s, or a factor such as 1.5",
      );
    },
  );

  it.each(["-0.5", "0", "0.99", "twice"])("is rejected if a factor is %s", (factor) => {
    expect(() => pollingOf(`poll_delay_multiplier: ${factor}`)).toThrow(/: poll_delay_multiplier of .* is .*\. Use a/);
  });

  it.each([
    ["[]", "the file must be a mapping"],
    ["", "the file must be a mapping"],
    ["text", "the file must be a mapping"],
    ["publishing: 1", "publishing must be a mapping"],
    ["publishing: { method_settings: {} }", "method_settings must be a list"],
    ["publishing: { method_settings: [1] }", "method_settings must be a mapping"],
    [
      "publishing: { method_settings: [{ selector: a.B.C, long_running: 1 }] }",
      "long_running of a.B.C must be a mapping",
    ],
    ["publishing: { method_settings: [{ long_running: { max_poll_delay: 1 } }] }", "a duration must be a mapping"],
    ["apis: 1", "apis must be a list"],
    ["apis: [1]", "apis must be a mapping"],
  ])("is rejected with the reason if it is %j", (text, message) => {
    expect(() => read(text)).toThrow(new Error(`service_yaml=redis.yaml: ${message}`));
  });

  /** Reads the polling settings of a method. */
  function pollingOf(settings: string) {
    const setting = `{ selector: acme.v1.Service.Create, long_running: { ${settings} } }`;
    return read(`publishing: { method_settings: [${setting}] }`).polling.get("acme.v1.Service.Create");
  }
});
